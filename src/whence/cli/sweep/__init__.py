"""Many trainings with settings from ranges, in one study of Optuna that several processes and machines share."""
