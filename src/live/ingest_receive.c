/*
 * A file on its way into incoming/, from wherever its bytes come.
 */
#include <unistd.h>

#include "base/digest.h"
#include "live/ingest.h"
#include "live/media.h"

#define PIECE_BYTES 65536

/* Reads a whole piece, or up to the end: the digest is of pieces. */
static ssize_t
receive_piece(const struct arrival_source *source, char piece[PIECE_BYTES],
    struct error *err)
{
	size_t size = 0;
	ssize_t got;

	do {
		got = source->read(
		    source->context, piece + size, PIECE_BYTES - size, err);
		if (got < 0)
			return -1;
		size += (size_t)got;
	} while (got > 0 && size < PIECE_BYTES);
	return (ssize_t)size;
}

/* Copies into a new file; counts and digests. 0 or -1. */
static int
receive_copy(const struct arrival_source *source, int fd,
    struct arrival *arrival, struct error *err)
{
	char piece[PIECE_BYTES];
	ssize_t got;

	arrival->bytes = 0;
	arrival->digest = DIGEST_START;
	while ((got = receive_piece(source, piece, err)) > 0) {
		if (file_write(fd, piece, (size_t)got, err) != 0)
			return -1;
		arrival->digest =
		    digest_words(arrival->digest, piece, (size_t)got);
		arrival->bytes += got;
	}
	return (int)got;
}

int
ingest_receive(struct live *live, const struct arrival_source *source,
    struct arrival *arrival, struct error *err)
{
	char path[FILE_PATH_BYTES];
	int fd, rc;

	id_make_unique(arrival->file);
	if (media_path(
		live->config, MEDIA_INCOMING, arrival->file, path, err) != 0)
		return -1;
	fd = file_create(path, err);
	if (fd < 0)
		return -1;
	rc = receive_copy(source, fd, arrival, err);
	if (rc == 0)
		rc = probe_content(fd, arrival->name, &arrival->kind, err);
	/* Some file systems tell of a full disk no sooner. */
	if (close(fd) != 0 && rc == 0)
		rc = error_set_retry(err, ERROR_NO_ROOM, 30,
		    "The file could not be written whole.");
	if (rc != 0)
		(void)unlink(path);
	return rc;
}
