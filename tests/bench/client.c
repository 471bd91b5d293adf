/*
 * The measuring client: blocking sockets, and the same buffer and parser for
 * programs that wait in epoll.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define RECEIVE_WAIT_S 40

void
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	exit(1);
}

int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int
argument(const char *text, int min, int max)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		die("not a number from %d to %d: %s", min, max, text);
	return (int)value;
}

static int
compare_times(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
sort_times(int64_t *times, size_t count)
{
	qsort(times, count, sizeof(*times), compare_times);
}

double
time_at(const int64_t *times, size_t count, double part)
{
	if (count == 0)
		return 0;
	return (double)times[(size_t)((double)(count - 1) * part)];
}

int
client_open(struct client *client, int port)
{
	struct sockaddr_in address;
	struct timeval wait = { .tv_sec = RECEIVE_WAIT_S };
	int one = 1;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->used = 0;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return -1;
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) !=
		0 ||
	    setsockopt(
		client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
	    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &wait,
		sizeof(wait)) != 0) {
		client_close(client);
		return -1;
	}
	return 0;
}

void
client_close(struct client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	client->fd = -1;
}

static void
add_header(char *out, size_t *used, const char *name, const char *value)
{
	int n;

	if (value == NULL)
		return;
	n = snprintf(
	    out + *used, CLIENT_OUT_BYTES - *used, "%s%s\r\n", name, value);
	*used += (size_t)n;
	if (*used >= CLIENT_OUT_BYTES)
		die("a request is too long");
}

int
client_send(struct client *client, const struct request *request)
{
	char out[CLIENT_OUT_BYTES], line[1024], length[24];
	size_t used = 0, sent = 0;
	ssize_t n;

	client->used = 0;
	(void)snprintf(line, sizeof(line), "%s HTTP/1.1\r\nHost: localhost",
	    request->path);
	(void)snprintf(length, sizeof(length), "%zu",
	    request->body != NULL ? strlen(request->body) : 0);
	add_header(out, &used, request->method, "");
	used -= 2; /* the method's line goes on */
	add_header(out, &used, " ", line);
	add_header(out, &used, "Authorization: Bearer ", request->bearer);
	add_header(out, &used, "Prefer: ", request->prefer);
	add_header(out, &used, "Range: ", request->range);
	if (request->body != NULL)
		add_header(out, &used, "Content-Type: ", "application/json");
	if (request->body != NULL || strcmp(request->method, "POST") == 0)
		add_header(out, &used, "Content-Length: ", length);
	add_header(out, &used, "", "");
	if (request->body != NULL) {
		add_header(out, &used, request->body, "");
		used -= 2;
	}
	while (sent < used) {
		n = send(client->fd, out + sent, used - sent, MSG_NOSIGNAL);
		if (n < 0)
			return -1;
		sent += (size_t)n;
	}
	return 0;
}

long
client_read(struct client *client)
{
	size_t room = CLIENT_IN_BYTES - 1 - client->used;
	ssize_t n;

	if (room == 0) {
		errno = EMSGSIZE;
		return -1;
	}
	n = recv(client->fd, client->in + client->used, room, 0);
	if (n > 0)
		client->used += (size_t)n;
	client->in[client->used] = '\0';
	return (long)n;
}

/* A 204 or 304 has no body and no length. */
static int
parse_head(const char *head, const char *head_end, int *status, size_t *length)
{
	static const char NAME[] = "content-length:";
	const char *line;
	char *end;

	if (strncmp(head, "HTTP/1.1 ", 9) != 0)
		return -1;
	*status = (int)strtol(head + 9, NULL, 10);
	*length = 0;
	for (line = strchr(head, '\n'); line != NULL && line < head_end;
	     line = strchr(line + 1, '\n')) {
		if (strncasecmp(line + 1, NAME, sizeof(NAME) - 1) != 0)
			continue;
		*length = strtoul(line + sizeof(NAME), &end, 10);
		return *end == '\r' ? 0 : -1;
	}
	return *status == 204 || *status == 304 ? 0 : -1;
}

int
client_parse(struct client *client, struct answer *answer)
{
	const char *end;
	size_t head_bytes, length;

	if (client->used == 0)
		return 0;
	end = strstr(client->in, "\r\n\r\n");
	if (end == NULL)
		return 0;
	head_bytes = (size_t)(end - client->in) + 4;
	if (parse_head(client->in, end, &answer->status, &length) != 0)
		return -1;
	if (client->used < head_bytes + length)
		return 0;
	answer->body = client->in + head_bytes;
	answer->body_bytes = length;
	return 1;
}

int
client_receive(struct client *client, struct answer *answer)
{
	int done;

	while ((done = client_parse(client, answer)) == 0)
		if (client_read(client) <= 0)
			return -1;
	return done == 1 ? 0 : -1;
}

struct answer
client_must(struct client *client, const struct request *request)
{
	struct answer answer;

	if (client_send(client, request) != 0 ||
	    client_receive(client, &answer) != 0)
		die("%s %s: no answer (%s)", request->method, request->path,
		    strerror(errno));
	if (answer.status < 200 || answer.status > 299)
		die("%s %s: %d %s", request->method, request->path,
		    answer.status, answer.body);
	return answer;
}

/* Sends a head and a body in as few calls as the socket takes. 0 or -1. */
static int
send_both(int fd, struct iovec parts[2])
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;
	int i;

	while (parts[0].iov_len + parts[1].iov_len > 0) {
		n = sendmsg(fd, &message, MSG_NOSIGNAL);
		if (n < 0)
			return -1;
		for (i = 0; i < 2; i++) {
			const size_t gone = (size_t)n < parts[i].iov_len
						? (size_t)n
						: parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + gone;
			parts[i].iov_len -= gone;
			n -= (ssize_t)gone;
		}
	}
	return 0;
}

void
client_put(
    struct client *client, const char *path, const void *bytes, size_t size)
{
	char head[1024];
	struct iovec parts[2] = { { head, 0 },
		{ (void *)(uintptr_t)bytes, size } };
	struct answer answer;

	client->used = 0;
	parts[0].iov_len = (size_t)snprintf(head, sizeof(head),
	    "PUT %.512s HTTP/1.1\r\nHost: localhost\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    path, size);
	if (send_both(client->fd, parts) != 0 ||
	    client_receive(client, &answer) != 0)
		die("PUT %s: no answer (%s)", path, strerror(errno));
	if (answer.status < 200 || answer.status > 299)
		die("PUT %s: %d %s", path, answer.status, answer.body);
}

void
json_member(const char *json, const char *name, char *out, size_t bytes)
{
	char quoted[64];
	const char *at, *end;

	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	at = strstr(json, quoted);
	if (at != NULL)
		at += strlen(quoted) + strspn(at + strlen(quoted), " :");
	if (at == NULL || *at != '"')
		die("no member %s in %s", name, json);
	end = strchr(at + 1, '"');
	if (end == NULL || (size_t)(end - at) > bytes)
		die("member %s is too long", name);
	memcpy(out, at + 1, (size_t)(end - at) - 1);
	out[end - at - 1] = '\0';
}
