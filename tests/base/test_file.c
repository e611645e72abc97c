#define _GNU_SOURCE
#include "harness/base/file.h"
#include "harness/base/memory.h"
#include "harness/base/text.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[64], path[128];

static void set_up(void)
{
    strncpy(folder, "/tmp/qubout-file-XXXXXX", sizeof folder - 1);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/file", folder);
}

static void tear_down(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(file, .init = set_up, .fini = tear_down);

static int entries_in_folder(void)
{
    int count = 0;
    DIR *open_folder = opendir(folder);
    for (struct dirent *e; (e = readdir(open_folder));)
        count += e->d_name[0] != '.';
    closedir(open_folder);
    return count;
}

static void write_gzip(const char *mode, const char *text)
{
    gzFile out = gzopen(path, mode);
    cr_assert_eq(gzwrite(out, text, (unsigned)strlen(text)), (int)strlen(text));
    gzclose(out);
}

static void expect_content(const char *text)
{
    char *data = NULL;
    size_t size = 0;
    qb_diag diag = {""};
    cr_assert_eq(qb_file_read(path, QB_FILE_LIMIT, &data, &size, &diag), QB_OK, "%s", diag.text);
    cr_expect_eq(size, strlen(text));
    cr_expect_str_eq(data, text);
    qb_free(data);
}

Test(file, what_is_written_reads_back)
{
    cr_assert_eq(qb_file_write(path, "hello", 5, NULL), QB_OK);
    expect_content("hello");
    cr_assert_eq(qb_file_write(path, "", 0, NULL), QB_OK);
    expect_content("");
    cr_expect_eq(entries_in_folder(), 1, "no temporary name is left behind");
}

Test(file, gzip_is_read_as_what_it_holds)
{
    write_gzip("wb", "first ");
    write_gzip("ab", "second");
    expect_content("first second");
}

Test(file, damaged_gzip_is_refused)
{
    char *data = NULL, *text = NULL;
    size_t size = 0;
    write_gzip("wb", "some text that is long enough to be worth cutting");
    char packed[256];
    FILE *in = fopen(path, "rb");
    size_t packed_size = fread(packed, 1, sizeof packed, in);
    fclose(in);
    for (size_t cut = 0; cut < packed_size; cut++)
        cr_expect_eq(qb_file_gunzip("x", packed, cut, 1000, &text, &size, NULL), QB_BAD_INPUT, "%zu", cut);
    packed[packed_size - 6] ^= 1; /* the checksum */
    cr_expect_eq(qb_file_gunzip("x", packed, packed_size, 1000, &text, &size, NULL), QB_BAD_INPUT);
    packed[packed_size - 6] ^= 1;
    packed[packed_size] = 'x';
    cr_expect_eq(qb_file_gunzip("x", packed, packed_size + 1, 1000, &text, &size, NULL), QB_BAD_INPUT);
    packed[packed_size] = 0;
    cr_expect_eq(qb_file_gunzip("x", packed, packed_size + 1, 1000, &data, &size, NULL), QB_OK);
    cr_expect_null(text);
    qb_free(data);
}

Test(file, limits_hold_before_and_after_unpacking)
{
    char *data = NULL;
    size_t size = 0;
    qb_text bomb = {0};
    for (int k = 0; k < 100000; k++)
        qb_text_append(&bomb, "0000000000");
    write_gzip("wb9", bomb.data);
    cr_expect_eq(qb_file_read(path, 999999, &data, &size, NULL), QB_BAD_INPUT);
    cr_expect_eq(qb_file_read(path, 100, &data, &size, NULL), QB_BAD_INPUT);
    cr_expect_eq(qb_file_read(path, 1000000, &data, &size, NULL), QB_OK);
    cr_expect_eq(size, 1000000);
    qb_free(data);
    qb_text_clear(&bomb);
}

Test(file, missing_files_and_folders)
{
    char *data = NULL;
    size_t size = 0;
    qb_diag diag = {""};
    cr_expect_eq(qb_file_read("/nonexistent/file", 100, &data, &size, &diag), QB_BAD_INPUT);
    cr_expect_not_null(strstr(diag.text, "'/nonexistent/file'"));
    cr_expect_eq(qb_file_read(folder, 100, &data, &size, &diag), QB_BAD_INPUT);
    cr_expect_eq(qb_file_write("/nonexistent/file", "x", 1, &diag), QB_ENVIRONMENT);
}

Test(file, a_full_disk_is_reported_and_devices_stay_devices)
{
    qb_diag diag = {""};
    struct stat facts;
    cr_expect_eq(qb_file_write("/dev/full", "x", 1, &diag), QB_ENVIRONMENT);
    cr_expect_not_null(strstr(diag.text, "No space left"), "%s", diag.text);
    cr_expect_eq(qb_file_write("/dev/null", "x", 1, &diag), QB_OK);
    cr_expect(stat("/dev/null", &facts) == 0 && S_ISCHR(facts.st_mode));
}

Test(file, folders_are_made_with_their_parents)
{
    char deep[160], parent[160];
    snprintf(parent, sizeof parent, "%s/a", folder);
    snprintf(deep, sizeof deep, "%s/a/b", folder);
    cr_expect_eq(qb_file_make_folder(deep, NULL), QB_OK);
    cr_expect_eq(qb_file_make_folder(deep, NULL), QB_OK, "twice is fine");
    cr_expect_eq(rmdir(deep), 0);
    rmdir(parent);
    cr_expect_eq(qb_file_write(path, "x", 1, NULL), QB_OK);
    snprintf(deep, sizeof deep, "%s/below", path);
    cr_expect_eq(qb_file_make_folder(deep, NULL), QB_ENVIRONMENT);
}
