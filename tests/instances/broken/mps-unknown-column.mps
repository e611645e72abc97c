NAME          tiny
ROWS
 N  COST
 L  LIM
COLUMNS
    X         COST               1.0   LIM                1.0
    Y         COST               2.0   LIM                1.0
RHS
    RHS       LIM                4.0
BOUNDS
 UP BND       Z                  4.0
ENDATA
