/*
 * API tokens. That one was used is written once a minute at the most, so that
 * showing it costs a read.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "live/token.h"

#define USED_STEP_MS (60 * 1000)

static bool
token_name_valid(const char *name)
{
	const struct text text = { name, strlen(name) };

	/* Or it would be read as an option of the command. */
	return name[0] != '-' && text_of(text, "._-", TOKEN_NAME_MAX);
}

int
token_create(struct live *live, const struct token *wanted,
    char secret[KEY_BYTES], struct error *err)
{
	struct token token = *wanted;
	unsigned char hash[HASH_BYTES];
	struct change change;
	int made;

	if (!token_name_valid(token.name))
		return error_set(err, ERROR_INPUT, "name",
		    "a token's name is 1 to %d letters, digits, dots, dashes "
		    "and underscores, no dash first",
		    TOKEN_NAME_MAX);
	token.created_unix_ms = clock_unix_ms();
	id_make(secret, KEY_CHARS);
	secret_hash(&live->secret, secret, hash);
	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	made = store_token_insert(live->store, &token, hash, err);
	if (made == 0)
		made = error_set(err, ERROR_INPUT, "name",
		    "there is a token named %s already", token.name);
	return change_end(&change, made < 0 ? -1 : 0, err);
}

int
token_revoke(struct live *live, const char *name, struct error *err)
{
	struct change change;
	int gone;

	if (change_begin(&change, live, STORE_LASTING, err) != 0)
		return -1;
	gone = store_token_delete(live->store, name, err);
	if (gone == 0)
		gone = error_set(err, ERROR_INPUT, "name",
		    "there is no token named %.*s", TOKEN_NAME_MAX, name);
	return change_end(&change, gone < 0 ? -1 : 0, err);
}

int
token_next(struct live *live, const char *after, struct token *token,
    struct error *err)
{
	char name[TOKEN_NAME_MAX + 1];

	/* It may be the name in *token. */
	(void)snprintf(name, sizeof(name), "%s", after);
	return store_token_next(live->store, name, token, err);
}

/* A failure is logged: it is no reason to refuse what was asked. */
static void
token_note_use(struct live *live, const struct token *token)
{
	const int64_t now = clock_unix_ms();
	struct change change;
	struct error err;
	int rc;

	/* Ahead of the clock: it was set back. */
	if (token->used_unix_ms > now - USED_STEP_MS &&
	    token->used_unix_ms <= now)
		return;
	rc = change_begin(&change, live, STORE_LASTING, &err);
	if (rc == 0)
		rc = change_end(&change,
		    store_token_used(live->store, token->name, now, &err),
		    &err);
	if (rc != 0)
		log_write(LOG_LEVEL_WARN, NULL, "use of token %s: %s",
		    token->name, err.detail);
}

bool
token_allows(const struct token *token, enum token_scope scope)
{
	return (token->scopes & ((int64_t)scope | TOKEN_ADMIN)) != 0;
}

int
token_check(struct live *live, const char *secret, enum token_scope scope,
    struct token *token, struct error *err)
{
	unsigned char hash[HASH_BYTES];
	int found;

	secret_hash(&live->secret, secret, hash);
	found = store_token_find(live->store, hash, token, err);
	if (found == 0)
		return error_set(err, ERROR_API_TOKEN_WRONG, NULL,
		    "This is no API token of this site; it may have been "
		    "revoked.");
	if (found < 0)
		return -1;
	if (!token_allows(token, scope))
		return error_set(err, ERROR_SCOPE, NULL,
		    "This API token is for creating streams alone; this takes "
		    "one with the scope admin.");
	token_note_use(live, token);
	return 0;
}
