# ObjectiveOffset x
2 1
1 2 5
