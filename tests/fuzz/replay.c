/*
 * Calls a fuzz target with every file of the folders that are named: what was
 * ever found stays tested where there is no fuzzer.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX (1024 * 1024)

/* 1 if the path is a file, which then was replayed; 0; -1 on an error. */
static int
replay_file(const char *path)
{
	struct stat status;
	uint8_t *bytes;
	size_t size;
	FILE *file;

	if (stat(path, &status) != 0)
		return -1;
	if (!S_ISREG(status.st_mode) || status.st_size > INPUT_MAX)
		return 0;
	file = fopen(path, "rb");
	if (file == NULL)
		return -1;
	size = (size_t)status.st_size;
	/* Exactly as large as the input: a sanitizer sees what is behind. */
	bytes = malloc(size > 0 ? size : 1);
	CHECK(bytes != NULL);
	CHECK(fread(bytes, 1, size, file) == size);
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return 1;
}

static int
replay_folder(const char *folder)
{
	char path[4096];
	struct dirent *entry;
	int count = 0, rc;
	DIR *list;

	list = opendir(folder);
	if (list == NULL)
		return -1;
	while ((entry = readdir(list)) != NULL) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, entry->d_name);
		(void)fprintf(stderr, "%s\n", path);
		rc = replay_file(path);
		if (rc < 0) {
			(void)closedir(list);
			return -1;
		}
		count += rc;
	}
	(void)closedir(list);
	return count;
}

/* For targets that have nothing to prepare; libFuzzer asks for none either. */
__attribute__((weak)) int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int
main(int argc, char **argv)
{
	int i, count, total = 0;

	(void)LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++) {
		count = replay_folder(argv[i]);
		if (count < 0) {
			perror(argv[i]);
			return 1;
		}
		total += count;
	}
	/* An empty corpus would pass for ever. */
	return total > 0 ? 0 : 1;
}
