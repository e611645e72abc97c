#include "harness/base/versions.h"

#include <csv.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <yaml.h>
#include <zlib.h>

void qb_base_versions(qb_text *out)
{
    qb_text_appendf(out, "jansson %s\n", jansson_version_str());
    qb_text_appendf(out, "libyaml %s\n", yaml_get_version_string());
    qb_text_appendf(out, "libcsv %d.%d.%d\n", CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
    qb_text_appendf(out, "libcrypto %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
    qb_text_appendf(out, "zlib %s\n", zlibVersion());
}
