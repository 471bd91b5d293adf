/*
 * What the fuzz targets share. A target is LLVMFuzzerTestOneInput in a file
 * fuzz_<name>.c: libFuzzer calls it (tests/fuzz/run), and replay.c calls it
 * with every file of corpus/<name>/ (tests/fuzz/replay).
 */
#ifndef LIVEBIN_FUZZ_H
#define LIVEBIN_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; a fuzzer takes an abort for a find. */
#define CHECK(condition)                                               \
	do {                                                           \
		if (!(condition)) {                                    \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, \
			    __LINE__, #condition);                     \
			abort();                                       \
		}                                                      \
	} while (0)

#endif
