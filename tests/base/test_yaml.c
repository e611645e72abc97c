#include "harness/base/memory.h"
#include "harness/base/text.h"
#include "harness/base/yaml.h"

#include <criterion/criterion.h>
#include <string.h>

static qb_status parse(const char *text, qb_yaml **yaml, qb_diag *diag)
{
    return qb_yaml_parse("t.yaml", text, strlen(text), yaml, diag);
}

/* The tree as one line: key@line=text, key@line{...}, [...]. */
static void render(qb_text *out, const qb_yaml_node *node)
{
    if (node->key)
        qb_text_appendf(out, "%s@%u=", node->key, node->line);
    if (node->kind == QB_YAML_SCALAR) {
        qb_text_append(out, node->text);
        return;
    }
    qb_text_append(out, node->kind == QB_YAML_MAPPING ? "{" : "[");
    for (const qb_yaml_node *n = node->first; n; n = n->next) {
        render(out, n);
        qb_text_append(out, n->next ? " " : "");
    }
    qb_text_append(out, node->kind == QB_YAML_MAPPING ? "}" : "]");
}

Test(yaml, every_node_knows_its_line)
{
    qb_yaml *yaml = NULL;
    qb_text text = {0};
    cr_assert_eq(parse("experiment: pilot   # comment\n"
                       "instances:\n"
                       "  - name: labs007\n"
                       "  - generate: {size: [20,\n"
                       "      40], count: 5}\n"
                       "seed: 7\n",
                       &yaml, NULL),
                 QB_OK);
    render(&text, qb_yaml_root(yaml));
    cr_expect_str_eq(qb_text_get(&text), "{experiment@1=pilot instances@2=[{name@3=labs007} "
                                         "{generate@4={size@4=[20 40] count@5=5}}] seed@6=7}");
    cr_expect_eq(qb_yaml_get(qb_yaml_root(yaml), "instances")->count, 2);
    cr_expect_null(qb_yaml_get(qb_yaml_root(yaml), "nothing"));
    cr_expect_null(qb_yaml_get(NULL, "nothing"));
    qb_text_clear(&text);
    qb_yaml_free(yaml);
}

Test(yaml, null_is_unquoted)
{
    qb_yaml *yaml = NULL;
    cr_assert_eq(parse("a:\nb: ''\nc: ~\nd: 'null'\n", &yaml, NULL), QB_OK);
    const qb_yaml_node *root = qb_yaml_root(yaml);
    cr_expect(qb_yaml_is_null(qb_yaml_get(root, "a")));
    cr_expect(!qb_yaml_is_null(qb_yaml_get(root, "b")));
    cr_expect(qb_yaml_is_null(qb_yaml_get(root, "c")));
    cr_expect(!qb_yaml_is_null(qb_yaml_get(root, "d")));
    qb_yaml_free(yaml);
}

Test(yaml, an_empty_document_is_an_empty_scalar)
{
    static const char *const empty[] = {"", "# only a comment\n", "---\n"};
    for (size_t k = 0; k < 3; k++) {
        qb_yaml *yaml = NULL;
        cr_assert_eq(parse(empty[k], &yaml, NULL), QB_OK);
        cr_expect(qb_yaml_is_null(qb_yaml_root(yaml)));
        qb_yaml_free(yaml);
    }
}

Test(yaml, what_is_refused_says_where)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "t.yaml:3: the key 'a' stands here twice"},
        {"a: &x 1\nb: 2\n", "t.yaml:1: anchors are not supported"},
        {"a: 1\nb: *x\n", "t.yaml:2: aliases are not supported"},
        {"a: !!python/object:os.system {}\n", "t.yaml:1: tags are not supported"},
        {"? [1, 2]\n: x\n", "t.yaml:1: a key must be a plain word"},
        {"a: 1\n---\nb: 2\n", "t.yaml:2: only one document is expected"},
        {"a: \"x\\0y\"\n", "t.yaml:1: a NUL byte"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        qb_yaml *yaml = NULL;
        qb_diag diag = {""};
        cr_expect_eq(parse(cases[k].text, &yaml, &diag), QB_BAD_INPUT);
        cr_expect_str_eq(diag.text, cases[k].message);
        cr_expect_null(yaml);
    }
}

Test(yaml, syntax_errors_say_where)
{
    static const char *const wrong[] = {"a: 1\nb: [1, 2\n", "a: 1\n\tb: 2\n", "a: \"open\n", "a: 1\n  b: 2\n",
                                        "a: \x01\n",        "a: \xFF\xFE\n",  "}\n"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        qb_yaml *yaml = NULL;
        qb_diag diag = {""};
        cr_expect_eq(parse(wrong[k], &yaml, &diag), QB_BAD_INPUT, "%s", wrong[k]);
        cr_expect_eq(strncmp(diag.text, "t.yaml:", 7), 0, "%s", diag.text);
    }
}

Test(yaml, size_and_depth_are_limited)
{
    qb_yaml *yaml = NULL;
    qb_text text = {0};
    for (int k = 0; k < QB_YAML_DEPTH + 1; k++)
        qb_text_append(&text, "[");
    cr_expect_eq(parse(text.data, &yaml, NULL), QB_BAD_INPUT);
    qb_text_reset(&text);
    for (int k = 0; k < QB_YAML_KEYS + 1; k++)
        qb_text_appendf(&text, "k%d: 1\n", k);
    cr_expect_eq(parse(text.data, &yaml, NULL), QB_BAD_INPUT);
    qb_text_reset(&text);
    for (int k = 0; k < QB_YAML_NODES + 1; k++)
        qb_text_append(&text, "- 1\n");
    cr_expect_eq(parse(text.data, &yaml, NULL), QB_BAD_INPUT);
    qb_text_clear(&text);
}

Test(yaml, survives_every_failed_allocation)
{
    for (int64_t successes = 0;; successes++) {
        qb_yaml *yaml = NULL;
        qb_memory_fail_after(successes);
        qb_status status = parse("a: {b: [1, 2, 3]}\n", &yaml, NULL);
        qb_memory_fail_never();
        if (status == QB_OK) {
            qb_yaml_free(yaml);
            break;
        }
        cr_assert_eq(status, QB_NO_MEMORY);
        cr_assert_null(yaml);
    }
}
