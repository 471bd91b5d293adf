/*
 * A JSON body through http/body.h, into a table with every type of field.
 */
#include <string.h>

#include <json-c/json.h>

#include "fuzz.h"
#include "http/body.h"
#include "http/json_text.h"

#define LINE_MAX 20
#define TEXT_MAX 40
#define JSON_MAX 4096

struct values {
	const char *line, *text, *id, *json;
	int word;
	bool flag;
};

static const char *const WORDS[] = { "red", "green", "blue" };
#define WORD_COUNT (sizeof(WORDS) / sizeof(WORDS[0]))

static const struct field FIELDS[] = {
	{ .name = "line",
	    .type = FIELD_LINE,
	    .min = 1,
	    .max = LINE_MAX,
	    .offset = offsetof(struct values, line) },
	{ .name = "text",
	    .type = FIELD_TEXT,
	    .nullable = true,
	    .max = TEXT_MAX,
	    .offset = offsetof(struct values, text) },
	{ .name = "id",
	    .type = FIELD_ID,
	    .offset = offsetof(struct values, id) },
	{ .name = "word",
	    .type = FIELD_WORD,
	    .words = WORDS,
	    .word_count = WORD_COUNT,
	    .offset = offsetof(struct values, word) },
	{ .name = "flag",
	    .type = FIELD_BOOL,
	    .offset = offsetof(struct values, flag) },
	{ .name = "json",
	    .type = FIELD_JSON,
	    .max = JSON_MAX,
	    .offset = offsetof(struct values, json) },
};

static const struct field REQUIRED[] = {
	{ .name = "line",
	    .type = FIELD_LINE,
	    .required = true,
	    .max = LINE_MAX,
	    .offset = offsetof(struct values, line) },
};

static void
check_error(const struct error *err)
{
	CHECK(err->code == ERROR_INPUT || err->code == ERROR_TOO_LARGE);
	CHECK(memchr(err->field, '\0', sizeof(err->field)) != NULL);
	CHECK(memchr(err->detail, '\0', sizeof(err->detail)) != NULL);
	CHECK(err->detail[0] != '\0');
}

static size_t
check_text(const char *text, const char *controls)
{
	size_t count = 0;

	for (; *text != '\0'; text++) {
		count += ((unsigned char)*text & 0xc0) != 0x80;
		CHECK((unsigned char)*text >= 0x20 ||
		      strchr(controls, *text) != NULL);
		CHECK(*text != 0x7f);
	}
	return count;
}

/* What is handed on is JSON on one line, and means what was sent. */
static void
check_json(const char *json, struct json_object *sent)
{
	const size_t size = strlen(json);
	struct json_object *again;

	CHECK(size <= JSON_MAX);
	CHECK(json_text_fault(json, size) == NULL);
	CHECK(strpbrk(json, "\r\n") == NULL);
	again = json_tokener_parse(json);
	CHECK(json_object_equal(again, sent) == 1 ||
	      json_object_is_type(sent, json_type_double));
	(void)json_object_put(again);
}

static void
check_values(const struct values *values, struct json_object *tree)
{
	size_t count;

	if (values->line != NULL) {
		count = check_text(values->line, "");
		CHECK(count >= 1 && count <= LINE_MAX);
	}
	if (values->text != NULL && values->text != FIELD_NULL)
		CHECK(check_text(values->text, "\t\r\n") <= TEXT_MAX);
	CHECK(values->id == NULL || id_valid(values->id, ID_CHARS));
	CHECK(values->word >= 0 && values->word <= (int)WORD_COUNT);
	if (values->json != NULL)
		check_json(values->json, json_object_object_get(tree, "json"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct values values = { .word = (int)WORD_COUNT };
	const char *text = (const char *)data;
	struct json_object *tree;
	struct error err;
	char *member;

	if (body_parse(text, size, &tree, &err) != 0) {
		check_error(&err);
		CHECK(tree == NULL);
		/* Whatever is JSON can be read. */
		CHECK(json_text_fault(text, size) != NULL);
		return 0;
	}
	CHECK(json_text_fault(text, size) == NULL);
	member = json_text_member(text, size, "json");
	CHECK(
	    member == NULL || json_text_fault(member, strlen(member)) == NULL);
	free(member);
	if (body_fill(tree, FIELDS, sizeof(FIELDS) / sizeof(FIELDS[0]), &values,
		&err) == 0)
		check_values(&values, tree);
	else
		check_error(&err);
	if (body_fill(tree, REQUIRED, 1, &values, &err) != 0)
		check_error(&err);
	(void)json_object_put(tree);
	return 0;
}
