/*
 * Parks readers and holds them until its input ends, for measuring memory.
 *
 *	park PORT COUNT
 */
#include <stdio.h>
#include <unistd.h>

#include "peers.h"

#define SETTLE_S 2

int
main(int argc, char **argv)
{
	char byte;
	int count;

	if (argc != 3)
		die("usage: park PORT COUNT");
	count = argument(argv[2], 0, 20000);
	(void)readers_start(argument(argv[1], 1, 65535), count);
	(void)sleep(SETTLE_S);
	(void)printf("parked %d\n", count);
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}
