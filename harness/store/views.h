/* The views that people read from R, Python or the sqlite3 shell, with a query each to start from. */
#ifndef QB_STORE_VIEWS_H
#define QB_STORE_VIEWS_H

/* A query a line, with what it shows. */
const char *qb_store_example_queries(void);

#endif
