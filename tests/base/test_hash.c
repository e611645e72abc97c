#include "harness/base/hash.h"
#include "harness/base/memory.h"

#include <criterion/criterion.h>
#include <string.h>

/* Source of the vectors: FIPS 180-4 examples (NIST). */
Test(hash, known_vectors)
{
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    char hex[QB_SHA256_HEX];
    cr_assert_eq(qb_sha256_hex("", 0, hex), QB_OK);
    cr_expect_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cr_assert_eq(qb_sha256_hex("abc", 3, hex), QB_OK);
    cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    cr_assert_eq(qb_sha256_hex(two_blocks, sizeof two_blocks - 1, hex), QB_OK);
    cr_expect_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(hash, updates_add_up)
{
    char whole[QB_SHA256_HEX], parts[QB_SHA256_HEX];
    qb_sha256 *hash = qb_sha256_open();
    for (int k = 0; k < 1000; k++)
        qb_sha256_update(hash, "0123456789", 10);
    cr_assert_eq(qb_sha256_finish_hex(hash, parts), QB_OK);
    char text[10000];
    for (int k = 0; k < 1000; k++)
        memcpy(text + 10 * k, "0123456789", 10);
    cr_assert_eq(qb_sha256_hex(text, sizeof text, whole), QB_OK);
    cr_expect_str_eq(parts, whole);
}

static void fields(const char *first, const char *second, double number, char hex[QB_SHA256_HEX])
{
    qb_sha256 *hash = qb_sha256_open();
    qb_sha256_string(hash, first);
    qb_sha256_string(hash, second);
    qb_sha256_double(hash, number);
    cr_assert_eq(qb_sha256_finish_hex(hash, hex), QB_OK);
}

Test(hash, fields_do_not_run_into_each_other)
{
    char a[QB_SHA256_HEX], b[QB_SHA256_HEX], c[QB_SHA256_HEX];
    fields("ab", "c", 0.0, a);
    fields("a", "bc", 0.0, b);
    fields("ab", "c", -0.0, c);
    cr_expect_str_neq(a, b);
    cr_expect_str_eq(a, c);
}

Test(hash, no_memory_is_reported_at_the_end)
{
    char hex[QB_SHA256_HEX] = "untouched";
    qb_memory_fail_after(0);
    qb_sha256 *hash = qb_sha256_open();
    qb_memory_fail_never();
    qb_sha256_string(hash, "x");
    cr_expect_eq(qb_sha256_finish_hex(hash, hex), QB_NO_MEMORY);
    cr_expect_str_eq(hex, "untouched");
}
