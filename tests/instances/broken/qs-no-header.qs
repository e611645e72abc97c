# ObjectiveOffset 1
