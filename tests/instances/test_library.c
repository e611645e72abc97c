/* The shipped library: every row of references.csv is a file that loads as it says. */
#define _GNU_SOURCE
#include "instances/library.h"
#include "tests/instances/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static qb_library *open_library(void)
{
    char path[FIXTURE_PATH];
    qb_library *library = NULL;
    qb_diag diag = {0};
    setenv("QUBOUT_DATA", source_path("instances/data", path), 1);
    cr_assert(qb_library_open(&library, &diag) == QB_OK, "%s", diag.text);
    return library;
}

Test(library, every_entry_loads)
{
    qb_library *library = open_library();
    cr_assert(qb_library_count(library) >= 14);
    for (size_t k = 0; k < qb_library_count(library); k++) {
        const qb_library_entry *e = qb_library_entry_at(library, k);
        qb_problem p = must_read(e->path, NULL); /* recognised without being told */
        cr_assert_str_eq(p.format, e->format, "%s", e->name);
        cr_assert(qb_library_find(library, e->name, NULL) == e, "two instances are called %s", e->name);
        cr_assert(isfinite(e->value) && *e->family && *e->source && *e->licence && strlen(e->date) == 10);
        qb_problem_free(&p);
    }
    qb_library_close(library);
}

Test(library, a_miss_names_the_nearest)
{
    qb_library *library = open_library();
    const char *nearest = NULL;
    cr_assert_null(qb_library_find(library, "labs07", &nearest));
    cr_assert_str_eq(nearest, "labs007");
    qb_library_close(library);
}

Test(library, the_build_finds_it_by_itself)
{
    qb_library *library = NULL;
    qb_diag diag = {0};
    unsetenv("QUBOUT_DATA");
    cr_assert(qb_library_open(&library, &diag) == QB_OK, "%s", diag.text);
    qb_library_close(library);
}

Test(library, a_wrong_folder_is_said)
{
    qb_library *library = NULL;
    qb_diag diag = {0};
    setenv("QUBOUT_DATA", "/no/such/folder", 1);
    cr_assert(qb_library_open(&library, &diag) == QB_ENVIRONMENT);
    cr_assert_str_eq(diag.text, "QUBOUT_DATA: no references.csv in '/no/such/folder'");
}

static void check_table(const char *table, const char *message)
{
    char folder[] = "/tmp/qubout-library-XXXXXX", path[64];
    qb_library *library = NULL;
    qb_diag diag = {0};
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/references.csv", folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(table, file);
    fclose(file);
    setenv("QUBOUT_DATA", folder, 1);
    qb_status status = qb_library_open(&library, &diag);
    unlink(path);
    rmdir(folder);
    cr_assert(status == QB_BAD_INPUT);
    cr_assert_not_null(strstr(diag.text, message), "%s", diag.text);
}

Test(library, broken_tables_are_refused)
{
    static const char head[] = "name,file,format,family,value,kind,source,licence,date\n";
    char table[512];
    check_table("name,file,format,family,value,kind,source,licence\n", ":1: column 'date' is missing");
    snprintf(table, sizeof table, "%sa,a.qs,qs,f,1x,proven,s,l,d\n", head);
    check_table(table, ":2: the value is no number");
    snprintf(table, sizeof table, "%sa,a.qs,qs,f,1,likely,s,l,d\n", head);
    check_table(table, ":2: the kind is not proven, best-known or planted");
    snprintf(table, sizeof table, "%sa,a.qs,qs,f,1,proven\n", head);
    check_table(table, ":2: field 'source' is missing");
}
