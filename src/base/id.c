/*
 * Ids, keys and their hashes. This file and sign.c talk to libsodium.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/id.h"

#define UNIQUE_PREFIX_CHARS 14 /* 84 bits; 7 characters count */

static const char ID_ALPHABET[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

static_assert(sizeof(ID_ALPHABET) == 64 + 1, "6 bits a character");

/* The prefix is set by id_init, before threads start. */
static struct {
	char prefix[UNIQUE_PREFIX_CHARS + 1];
	_Atomic uint64_t count;
} unique;

int
id_init(struct error *err)
{
	if (sodium_init() < 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "libsodium could not be initialised");
	id_make(unique.prefix, UNIQUE_PREFIX_CHARS);
	return 0;
}

void
id_make(char *text, size_t chars)
{
	unsigned char random[64];
	size_t i;

	assert(chars <= sizeof(random));
	randombytes_buf(random, chars);
	for (i = 0; i < chars; i++)
		text[i] = ID_ALPHABET[random[i] & 63];
	text[chars] = '\0';
	sodium_memzero(random, sizeof(random));
}

void
id_make_unique(char text[ID_BYTES])
{
	uint64_t number = atomic_fetch_add(&unique.count, 1);
	size_t i;

	memcpy(text, unique.prefix, UNIQUE_PREFIX_CHARS);
	for (i = ID_CHARS; i > UNIQUE_PREFIX_CHARS; i--) {
		text[i - 1] = ID_ALPHABET[number & 63];
		number >>= 6;
	}
	text[ID_CHARS] = '\0';
}

int64_t
id_number(void)
{
	return (int64_t)randombytes_uniform(INT32_MAX) + 1;
}

bool
id_valid(const char *text, size_t chars)
{
	return strnlen(text, chars + 1) == chars &&
	       strspn(text, ID_ALPHABET) == chars;
}

int
secret_find(struct secret *secret, const char *path, struct error *err)
{
	unsigned char beyond;
	bool whole;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0
				       : error_set(err, ERROR_SYSTEM, NULL,
					     "can't open the secret file: %s",
					     strerror(errno));
	whole = read(fd, secret->bytes, SECRET_BYTES) == SECRET_BYTES &&
		read(fd, &beyond, 1) == 0;
	(void)close(fd);
	if (!whole)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "the secret file is not %d bytes long", SECRET_BYTES);
	return 1;
}

/* The folder's entry for a file is on disk only once the folder is. */
static int
sync_folder_of(const char *path)
{
	char folder[4096];
	char *slash;
	int fd, rc;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		*slash = '\0';
	fd = open(slash != NULL && slash > folder ? folder : ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

/*
 * A whole file under a name of its own, then link(): the first of several
 * racing processes wins, and nobody ever reads half a secret.
 */
static int
secret_create(const char *path, struct error *err)
{
	unsigned char bytes[SECRET_BYTES];
	char name[ID_BYTES], draft[4096];
	int fd, failed;

	id_make(name, ID_CHARS);
	if ((size_t)snprintf(draft, sizeof(draft), "%s.%s", path, name) >=
	    sizeof(draft))
		return error_set(err, ERROR_SYSTEM, NULL, "path too long");
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't write the secret file: %s", strerror(errno));
	randombytes_buf(bytes, sizeof(bytes));
	failed = write(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes) ||
		 fsync(fd) != 0;
	sodium_memzero(bytes, sizeof(bytes));
	failed = close(fd) != 0 || failed;
	failed = failed || (link(draft, path) != 0 && errno != EEXIST);
	(void)unlink(draft);
	failed = failed || sync_folder_of(path) != 0;
	if (failed)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "can't write the secret file: %s", strerror(errno));
	return 0;
}

int
secret_load(struct secret *secret, const char *path, struct error *err)
{
	int rc;

	rc = secret_find(secret, path, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (secret_create(path, err) != 0)
		return -1;
	rc = secret_find(secret, path, err);
	if (rc == 0)
		return error_set(err, ERROR_SYSTEM, NULL,
		    "the secret file vanished while it was made");
	return rc < 0 ? -1 : 0;
}

void
secret_hash(const struct secret *secret, const char *text,
    unsigned char hash[HASH_BYTES])
{
	(void)crypto_generichash(hash, HASH_BYTES, (const unsigned char *)text,
	    strlen(text), secret->bytes, SECRET_BYTES);
}

bool
secret_equal(
    const unsigned char a[HASH_BYTES], const unsigned char b[HASH_BYTES])
{
	return sodium_memcmp(a, b, HASH_BYTES) == 0;
}

void
secret_wipe(void *memory, size_t size)
{
	sodium_memzero(memory, size);
}
