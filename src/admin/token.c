/*
 * livebin token create, list, revoke.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin/admin.h"
#include "base/clock.h"
#include "base/text.h"
#include "live/token.h"

#define PER_HOUR_MAX 1000000

static const struct {
	const char *word;
	enum token_scope scope;
} SCOPES[] = {
	{ "create", TOKEN_CREATE },
	{ "admin", TOKEN_ADMIN },
};

#define SCOPE_COUNT (sizeof(SCOPES) / sizeof(SCOPES[0]))

/* "create,admin": 0 and their bits, or -1. */
static int
scopes_parse(const char *list, int64_t *scopes)
{
	struct text rest = { list, strlen(list) }, word;
	size_t i;

	*scopes = 0;
	do {
		word = text_cut(&rest, ',');
		for (i = 0; i < SCOPE_COUNT; i++)
			if (text_is(word, SCOPES[i].word))
				break;
		if (i == SCOPE_COUNT)
			return -1;
		*scopes |= (int64_t)SCOPES[i].scope;
	} while (rest.size > 0);
	return 0;
}

static int
option_take(const char *option, const char *value, struct token *wanted)
{
	struct text number = { value, strlen(value) };

	if (strcmp(option, "--scope") == 0)
		return scopes_parse(value, &wanted->scopes);
	if (strcmp(option, "--per-hour") == 0)
		return text_integer(number, PER_HOUR_MAX, &wanted->per_hour)
			   ? 0
			   : -1;
	return -1;
}

/* 0, or -1 for what isn't the command's usage. */
static int
create_parse(const struct arguments *arguments, struct token *wanted)
{
	char **list = arguments->list;
	int i;

	memset(wanted, 0, sizeof(*wanted));
	wanted->scopes = TOKEN_CREATE;
	for (i = 1; i < arguments->count; i++) {
		if (list[i][0] == '-') {
			if (i + 1 >= arguments->count ||
			    option_take(list[i], list[i + 1], wanted) != 0)
				return -1;
			i++;
		} else if (wanted->name[0] != '\0' ||
			   (size_t)snprintf(wanted->name, sizeof(wanted->name),
			       "%s", list[i]) >= sizeof(wanted->name)) {
			return -1;
		}
	}
	return wanted->name[0] != '\0' ? 0 : -1;
}

/* Alone on its line, for scripts. One that nobody has seen opens nothing. */
static int
secret_show(struct live *live, const struct token *token, const char *secret,
    struct error *err)
{
	if (printf("%s\n", secret) > 0 && fflush(stdout) == 0) {
		(void)fprintf(stderr,
		    "livebin: token %s of the site in %s; it is shown this "
		    "once\n",
		    token->name, live->config->data);
		return 0;
	}
	if (token_revoke(live, token->name, err) != 0)
		return -1;
	return error_set(err, ERROR_SYSTEM, NULL,
	    "the token can't be written; it was revoked");
}

/* What follows is done in an open site; its arguments were looked at. */
struct task {
	struct live live;
	const char *name;
	struct token wanted;
};

static enum admin_exit
token_do_create(struct task *task)
{
	char secret[KEY_BYTES];
	struct error err;
	int rc;

	if (token_create(&task->live, &task->wanted, secret, &err) != 0)
		return admin_error(&err);
	rc = secret_show(&task->live, &task->wanted, secret, &err);
	secret_wipe(secret, sizeof(secret));
	return rc == 0 ? ADMIN_DONE : admin_error(&err);
}

static void
token_print(const struct token *token)
{
	char created[CLOCK_TEXT_BYTES], used[CLOCK_TEXT_BYTES] = "never";
	const char *scopes = "create";

	if ((token->scopes & TOKEN_ADMIN) != 0)
		scopes = (token->scopes & TOKEN_CREATE) != 0 ? "create,admin"
							     : "admin";
	clock_format(token->created_unix_ms, created);
	if (token->used_unix_ms != 0)
		clock_format(token->used_unix_ms, used);
	(void)printf("%-20s %-12s %8" PRId64 " %-24s %s\n", token->name, scopes,
	    token->per_hour, created, used);
}

static enum admin_exit
token_do_list(struct task *task)
{
	struct token token;
	struct error err;
	int found;

	(void)printf("%-20s %-12s %8s %-24s %s\n", "name", "scopes", "per hour",
	    "created", "last used");
	found = token_next(&task->live, "", &token, &err);
	while (found == 1) {
		token_print(&token);
		found = token_next(&task->live, token.name, &token, &err);
	}
	return found == 0 ? ADMIN_DONE : admin_error(&err);
}

static enum admin_exit
token_do_revoke(struct task *task)
{
	struct error err;

	if (token_revoke(&task->live, task->name, &err) != 0)
		return admin_error(&err);
	return ADMIN_DONE;
}

static enum admin_exit
token_run(const struct config *config, struct task *task,
    enum admin_exit (*run)(struct task *task))
{
	struct error err;
	enum admin_exit code;

	if (live_open(&task->live, config, &err) == 0)
		code = run(task);
	else
		code = admin_error(&err);
	live_close(&task->live);
	return code;
}

enum admin_exit
admin_token(const struct config *config, const struct arguments *arguments)
{
	const int count = arguments->count;
	const char *word = count > 0 ? arguments->list[0] : "";
	struct task task = { .name = count > 1 ? arguments->list[1] : "" };
	struct error err;

	if (strcmp(word, "create") == 0) {
		if (create_parse(arguments, &task.wanted) != 0)
			return admin_usage();
		/* Before the first start as well. */
		if (live_prepare(config, &err) != 0)
			return admin_error(&err);
		return token_run(config, &task, token_do_create);
	}
	if (!(strcmp(word, "list") == 0 && count == 1) &&
	    !(strcmp(word, "revoke") == 0 && count == 2))
		return admin_usage();
	if (!admin_site_there(config))
		return ADMIN_FAILED;
	return token_run(
	    config, &task, count == 1 ? token_do_list : token_do_revoke);
}
