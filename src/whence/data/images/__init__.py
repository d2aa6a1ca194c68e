"""Images: sets that have a name, folders of pictures, pictures for prediction, and augmentation."""
