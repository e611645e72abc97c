/* Help texts and the man page, generated from the command tables. */
#include "harness/cli/command.h"

#include <string.h>

static const char exit_statuses[][2][160] = {
    {"0", "done: a verdict of scale, pause or stop; a feasible solution"},
    {"1", "the answer is no: solution invalid, proven infeasible, regression found, verdict void"},
    {"2", "wrong usage or bad input"},
    {"3", "the environment failed: disk full, gnuplot missing"},
    {"4", "nothing was measured, or too little to tell"},
    {"130", "interrupted, with everything finished so far kept"},
};
enum { EXIT_STATUSES = sizeof exit_statuses / sizeof *exit_statuses };

/* Appends text wrapped at 80 columns, every line indented by `indent`; the first line is `used` columns long
 * already. */
static void append_wrapped(qb_text *out, const char *text, size_t indent, size_t used)
{
    size_t column = used;
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + word > 80) {
            qb_text_append_char(out, '\n');
            column = 0;
        }
        for (; column < indent; column++)
            qb_text_append_char(out, ' ');
        if (column > indent) {
            qb_text_append_char(out, ' ');
            column++;
        }
        qb_text_append_bytes(out, text, word);
        column += word;
        text += word;
        if (text[0] == '\n') {
            qb_text_append(out, text[1] == '\n' ? "\n\n" : "\n");
            column = 0;
        }
        text += strspn(text, " \n");
    }
    qb_text_append_char(out, '\n');
}

static size_t option_width(const qb_option *option)
{
    return 4 + strlen(option->name) + (option->argument ? 1 + strlen(option->argument) : 0);
}

static void append_option_help(const qb_option *option, qb_text *out)
{
    qb_text_append(out, option->help);
    if (option->fallback)
        qb_text_appendf(out, " (default %s)", option->fallback);
}

static void append_option(const qb_option *option, size_t width, qb_text *out)
{
    qb_text help = {0};
    append_option_help(option, &help);
    qb_text_appendf(out, "  --%s%s%s", option->name, option->argument ? " " : "",
                    option->argument ? option->argument : "");
    size_t used = option_width(option);
    if (used >= width) {
        qb_text_append_char(out, '\n');
        used = 0;
    }
    append_wrapped(out, qb_text_get(&help), width + 2, used);
    qb_text_clear(&help);
}

static const qb_option help_option = {"help", QB_OPTION_FLAG, NULL, NULL, "print this help", 0};

void qb_command_help(const qb_command *command, qb_text *out)
{
    qb_text_appendf(out, "usage: qubout %s%s%s%s\n\n", command->name, *command->synopsis ? " " : "",
                    command->synopsis, command->option_count ? " [OPTION...]" : "");
    append_wrapped(out, command->summary, 0, 0);
    if (command->description) {
        qb_text_append_char(out, '\n');
        append_wrapped(out, command->description, 0, 0);
    }
    qb_text_append_char(out, '\n');
    size_t width = 16;
    for (size_t k = 0; k < command->option_count; k++) {
        size_t w = option_width(&command->options[k]);
        if (w > width && w <= 26)
            width = w;
    }
    for (size_t k = 0; k < command->option_count; k++)
        append_option(&command->options[k], width, out);
    append_option(&help_option, width, out);
}

void qb_program_help(qb_text *out)
{
    qb_text_append(out, "usage: qubout COMMAND [OPTION...]\n\n"
                        "Quantum-inspired and classical solvers in one ring: the same instances, the same\n"
                        "budget, the same referee; then a registered decision: scale, pause or stop.\n\n");
    for (const qb_command *const *c = qb_commands; *c; c++) {
        qb_text_appendf(out, "  %-11s", (*c)->name);
        append_wrapped(out, (*c)->summary, 14, 13);
    }
    qb_text_append(out,
                   "\nqubout COMMAND --help tells more; qubout --version prints versions.\n\nexit status:\n");
    for (size_t k = 0; k < EXIT_STATUSES; k++) {
        qb_text_appendf(out, "  %-4s", exit_statuses[k][0]);
        append_wrapped(out, exit_statuses[k][1], 7, 6);
    }
}

/* Escapes what roff would read: backslashes, and dots or quotes at the start of a line. */
static void append_roff(qb_text *out, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            qb_text_append(out, "\\&");
        if (*text == '\\')
            qb_text_append(out, "\\e");
        else if (*text == '-')
            qb_text_append(out, "\\-");
        else if (*text == '\n' && text[1] == '\n')
            qb_text_append(out, "\n.PP"), text++, qb_text_append_char(out, '\n');
        else
            qb_text_append_char(out, *text);
        start = *text == '\n';
    }
}

static void append_man_command(const qb_command *command, qb_text *out)
{
    qb_text_appendf(out, ".SS \"qubout %s %s\"\n", command->name, command->synopsis);
    append_roff(out, command->summary);
    qb_text_append_char(out, '\n');
    if (command->description) {
        qb_text_append(out, ".PP\n");
        append_roff(out, command->description);
        qb_text_append_char(out, '\n');
    }
    for (size_t k = 0; k < command->option_count; k++) {
        const qb_option *option = &command->options[k];
        qb_text help = {0};
        append_option_help(option, &help);
        qb_text_append(out, ".TP\n.B \\-\\-");
        append_roff(out, option->name);
        if (option->argument) {
            qb_text_append(out, " ");
            append_roff(out, option->argument);
        }
        qb_text_append_char(out, '\n');
        append_roff(out, qb_text_get(&help));
        qb_text_append_char(out, '\n');
        qb_text_clear(&help);
    }
}

void qb_program_man(qb_text *out)
{
    qb_text_append(
        out, ".TH QUBOUT 1\n.SH NAME\nqubout \\- head\\-to\\-head benchmarks of quantum\\-inspired and "
             "classical optimisers\n.SH SYNOPSIS\n.B qubout\n.I COMMAND\n[\\fIOPTION\\fR...]\n"
             ".SH DESCRIPTION\nPuts quantum\\-inspired and classical solvers into the same ring: the same "
             "instances, the same budget, the same referee. It answers one question with evidence: should "
             "this pilot scale, pause or stop?\n.SH COMMANDS\n");
    for (const qb_command *const *c = qb_commands; *c; c++)
        append_man_command(*c, out);
    qb_text_append(out, ".SH \"EXIT STATUS\"\n");
    for (size_t k = 0; k < EXIT_STATUSES; k++) {
        qb_text_appendf(out, ".TP\n.B %s\n", exit_statuses[k][0]);
        append_roff(out, exit_statuses[k][1]);
        qb_text_append_char(out, '\n');
    }
    qb_text_append(out, ".SH ENVIRONMENT\n.TP\n.B QB_SIMD\nportable, avx2 or avx512: lowers the SIMD tier.\n"
                        ".TP\n.B QUBOUT_DATA\nfolder of the shipped instances.\n");
}
