/*
 * What the tests of src/http share: a request made of CGI variables, and a
 * whole turn of one through serve(), which as plain CGI reads the standard
 * input and writes the standard output.
 */
#ifndef LIVEBIN_UNIT_HTTP_H
#define LIVEBIN_UNIT_HTTP_H

#include "http/body.h"
#include "http/exchange.h"
#include "http/reply.h"
#include "http/serve.h"
#include "unit.h"

#define UNIT_VARIABLES_MAX 16

/* A request and the variables that it borrows. */
struct unit_request {
	struct config config;
	char *envp[UNIT_VARIABLES_MAX + 1];
	size_t count;
	struct request *request;
};

/* Adds "NAME=value". */
static inline void
unit_variable(struct unit_request *to, const char *variable)
{
	assert_true(to->count < UNIT_VARIABLES_MAX);
	to->envp[to->count] = strdup(variable);
	to->envp[++to->count] = NULL;
}

static inline void
unit_request_open(struct unit_request *to, const char *const *variables)
{
	struct error err;

	unit_config(&to->config);
	unit_ok(id_init(&err), &err);
	log_open("unit", "/dev/null", LOG_LEVEL_DEBUG);
	to->count = 0;
	to->envp[0] = NULL;
	while (*variables != NULL)
		unit_variable(to, *variables++);
	to->request = exchange_new(&to->config, -1, true);
	assert_non_null(to->request);
	exchange_begin(to->request, to->envp);
}

static inline void
unit_variables_free(struct unit_request *of)
{
	while (of->count > 0)
		free(of->envp[--of->count]);
}

static inline void
unit_request_close(struct unit_request *of)
{
	exchange_end(of->request);
	unit_variables_free(of);
}

#define UNIT_REQUEST(to, ...) \
	unit_request_open((to), (const char *const[]){ __VA_ARGS__, NULL })

/* An answer as the web server gets it, cut in two. */
struct unit_answer {
	char head[32768];
	char *body; /* within head */
	size_t body_size;
	int status;
};

/* Puts a file that holds `bytes` in a descriptor's place; what it was. */
static inline int
unit_redirect(int fd, FILE *file, const char *bytes, size_t size)
{
	const int saved = dup(fd);

	assert_true(saved >= 0);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
	assert_int_equal(dup2(fileno(file), fd), fd);
	return saved;
}

static inline void
unit_restore(int fd, int saved)
{
	assert_int_equal(dup2(saved, fd), fd);
	(void)close(saved);
}

static inline void
unit_answer_read(struct unit_answer *answer, FILE *file)
{
	size_t size;

	rewind(file);
	size = fread(answer->head, 1, sizeof(answer->head) - 1, file);
	answer->head[size] = '\0';
	answer->body = strstr(answer->head, "\r\n\r\n");
	assert_non_null(answer->body);
	answer->body += 2;
	*answer->body = '\0'; /* each header keeps its own end */
	answer->body += 2;
	answer->body_size = size - (size_t)(answer->body - answer->head);
	answer->status = 0;
	if (strncmp(answer->head, "Status: ", 8) == 0)
		answer->status = (int)strtol(answer->head + 8, NULL, 10);
}

/* Serves one request with a body (NULL: none) and reads the answer. */
static inline void
unit_serve(const struct door *door, struct unit_request *ask, const char *body,
    struct unit_answer *answer)
{
	FILE *in = tmpfile(), *out = tmpfile();
	int saved_in, saved_out;

	assert_non_null(in);
	assert_non_null(out);
	if (body == NULL)
		body = "";
	(void)fflush(stdout);
	saved_in = unit_redirect(STDIN_FILENO, in, body, strlen(body));
	saved_out = unit_redirect(STDOUT_FILENO, out, "", 0);
	serve(door, ask->request, NULL);
	unit_restore(STDIN_FILENO, saved_in);
	unit_restore(STDOUT_FILENO, saved_out);
	unit_answer_read(answer, out);
	unit_variables_free(ask);
	(void)fclose(in);
	(void)fclose(out);
}

/* True if the head has that very line. */
static inline bool
unit_has_header(const struct unit_answer *answer, const char *line)
{
	const size_t size = strlen(line);
	const char *at;

	for (at = answer->head; *at != '\0'; at = strstr(at, "\r\n") + 2)
		if (strncmp(at, line, size) == 0 &&
		    strncmp(at + size, "\r\n", 2) == 0)
			return true;
	return false;
}

/* True if the head has a header of that name, whatever its value. */
static inline bool
unit_names_header(const struct unit_answer *answer, const char *name)
{
	const size_t size = strlen(name);
	const char *at;

	for (at = answer->head; *at != '\0'; at = strstr(at, "\r\n") + 2)
		if (strncmp(at, name, size) == 0 && at[size] == ':')
			return true;
	return false;
}

#endif
