/* The libFuzzer entry of one format (meson option fuzz, clang). */
#include "tests/fuzz/fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    qb_fuzz_reader(QB_FUZZ_FORMAT, data, size);
    return 0;
}
