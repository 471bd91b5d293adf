/*
 * The least a libfcgi program can do: the same answer to everything, read at
 * start from a file that holds a whole CGI response. The reference for what
 * the hop through FastCGI costs; with FOLDER, each body becomes a file there:
 * the reference for storing behind that hop.
 *
 *	echo FILE [FOLDER]
 */
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define RESPONSE_MAX (1024 * 1024)
#define PIECE_BYTES 65536

/* Reads the body, into a new file if there is a folder. 0 or -1. */
static int
take_body(FCGX_Stream *in, const char *folder)
{
	static unsigned long number;
	char piece[PIECE_BYTES], path[1024];
	int fd = -1, got, rc = 0;

	if (folder != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%lu", folder, number++);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		rc = fd < 0 ? -1 : 0;
	}
	while ((got = FCGX_GetStr(piece, sizeof(piece), in)) > 0)
		if (fd >= 0 && write(fd, piece, (size_t)got) != got)
			rc = -1;
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int
main(int argc, char **argv)
{
	FCGX_Request request;
	static char text[RESPONSE_MAX];
	const char *folder = argc == 3 ? argv[2] : NULL;
	size_t bytes;
	FILE *file;

	if (argc < 2 || argc > 3 || (file = fopen(argv[1], "rb")) == NULL)
		return 1;
	bytes = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		if (take_body(request.in, folder) == 0)
			(void)FCGX_PutStr(text, (int)bytes, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
