/*
 * Writes down which functions of a program run, in the order of their first call. It is loaded before the program
 * (LD_PRELOAD), puts a breakpoint on each function, and takes it away when it is hit, so that each costs one signal.
 *
 *   RECORD_CODE   start and length of the code in the program, in hexadecimal: 57df80:18198a2
 *   RECORD_FROM   a file with the address of each function, in hexadecimal, one in a line
 *   RECORD_TO     the file that gets the addresses of those that ran
 *
 * For programs of x86-64 Linux that are linked to fixed addresses.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { BREAKPOINT = 0xCC, LINE = 17 };

static uint8_t *code, *original;
static size_t length;
static int output;

static void on_breakpoint(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uint8_t *function = (uint8_t *)registers[REG_RIP] - 1;
    size_t offset = (size_t)(function - code);
    if (offset >= length)
        abort();

    /* Where two threads come at once, the first takes it away and writes it down. */
    if (__atomic_exchange_n(function, original[offset], __ATOMIC_SEQ_CST) == BREAKPOINT && original[offset] != BREAKPOINT) {
        char line[LINE];
        uintptr_t rest = (uintptr_t)function;
        for (int i = LINE - 2; i >= 0; i--, rest >>= 4)
            line[i] = "0123456789abcdef"[rest & 15];
        line[LINE - 1] = '\n';
        if (write(output, line, LINE) != LINE)
            abort();
    }

    registers[REG_RIP] = (greg_t)function;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

__attribute__((constructor)) static void record(void)
{
    const char *range = getenv("RECORD_CODE"), *from = getenv("RECORD_FROM"), *to = getenv("RECORD_TO");
    uintptr_t start;
    if (!range || !from || !to || sscanf(range, "%lx:%lx", &start, &length) != 2) {
        fputs("RECORD_CODE, RECORD_FROM and RECORD_TO say what to record.\n", stderr);
        exit(1);
    }

    code = (uint8_t *)start;
    uintptr_t page = start & ~(uintptr_t)4095;
    FILE *functions = fopen(from, "r");
    output = open(to, O_WRONLY | O_CREAT | O_APPEND, 0644);
    original = malloc(length);
    if (!functions || output < 0 || !original)
        fail("record");
    memcpy(original, code, length);
    if (mprotect((void *)page, start + length - page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
        fail("mprotect");

    struct sigaction action = { .sa_sigaction = on_breakpoint, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };
    if (sigaction(SIGTRAP, &action, NULL) != 0)
        fail("sigaction");

    char line[32];
    while (fgets(line, sizeof line, functions))
        *(uint8_t *)strtoul(line, NULL, 16) = BREAKPOINT;
    fclose(functions);
    /* Children of the program run as they are. */
    unsetenv("LD_PRELOAD");
}
