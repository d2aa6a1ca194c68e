"""The folders of runs: what lies in them, who uses them, and how a run goes on."""
