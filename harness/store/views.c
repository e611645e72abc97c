#include "harness/store/views.h"

const char *qb_store_example_queries(void)
{
    return "SELECT * FROM standing;     -- solver by instance: runs, best, mean\n"
           "SELECT * FROM result;       -- one row a run, with its gap\n"
           "SELECT * FROM trajectory;   -- every incumbent with its times\n";
}
