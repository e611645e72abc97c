# ObjectiveOffset 1
2 1
# hello
1 2 5
