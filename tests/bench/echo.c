/*
 * The least a libfcgi program can do: the same answer to everything, read at
 * start from a file that holds a whole CGI response. The reference for what
 * the hop through FastCGI costs.
 *
 *	echo FILE
 */
#include <fcgiapp.h>
#include <stdio.h>

#define RESPONSE_MAX (1024 * 1024)

int
main(int argc, char **argv)
{
	FCGX_Request request;
	static char text[RESPONSE_MAX];
	char rest[4096];
	size_t bytes;
	FILE *file;

	if (argc != 2 || (file = fopen(argv[1], "rb")) == NULL)
		return 1;
	bytes = fread(text, 1, sizeof(text), file);
	(void)fclose(file);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		while (FCGX_GetStr(rest, sizeof(rest), request.in) > 0)
			continue;
		(void)FCGX_PutStr(text, (int)bytes, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}
