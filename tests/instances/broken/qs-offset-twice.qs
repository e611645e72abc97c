# ObjectiveOffset 1
# ObjectiveOffset 2
2 1
1 2 5
