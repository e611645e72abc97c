NAME
    X  COST  1.0
