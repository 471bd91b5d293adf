/*
 * base/address.h: what web servers and proxies write, and whom it stands for.
 */
#include "base/address.h"
#include "unit.h"

static bool
parse(const char *text, struct address *address)
{
	return address_parse((struct text){ text, strlen(text) }, address);
}

static void
is(const char *text, const char *canonical)
{
	char got[ADDRESS_BYTES];
	struct address address;

	if (!parse(text, &address))
		fail_msg("%s wasn't taken", text);
	address_format(&address, got);
	assert_string_equal(got, canonical);
}

static void
addresses_are_read_with_and_without_a_port(void **state)
{
	(void)state;
	is("192.0.2.1", "192.0.2.1");
	is(" 192.0.2.1 ", "192.0.2.1");
	is("192.0.2.1:8080", "192.0.2.1");
	is("2001:DB8:0::1", "2001:db8::1");
	is("[2001:db8::1]", "2001:db8::1");
	is("[2001:db8::1]:443", "2001:db8::1");
	is("::ffff:192.0.2.1", "192.0.2.1");
	is("::1", "::1");
}

static void
anything_else_is_no_address(void **state)
{
	static const char *const WRONG[] = { "", " ", "unknown", "_hidden",
		"192.0.2", "192.0.2.256", "192.0.2.1.", "2001:db8::g",
		"[192.0.2.1]:80", "example.org", "1", "::1/64",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb" };
	struct address address;
	size_t i;

	(void)state;
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		if (parse(WRONG[i], &address))
			fail_msg("\"%s\" was taken", WRONG[i]);
}

static void
network_is(const char *text, const char *network)
{
	char got[ADDRESS_BYTES];
	struct address address;

	assert_true(parse(text, &address));
	address_network(&address);
	address_format(&address, got);
	assert_string_equal(got, network);
}

static void
an_ipv6_client_is_its_64(void **state)
{
	(void)state;
	network_is("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
	network_is("192.0.2.7", "192.0.2.7");
	network_is("::ffff:192.0.2.7", "192.0.2.7");
}

static bool
listed(const char *list, const char *text)
{
	struct address address;

	assert_true(parse(text, &address));
	return address_listed(list, &address);
}

static void
a_list_names_addresses_and_prefixes(void **state)
{
	static const char LIST[] = "127.0.0.1 10.0.0.0/8  192.0.2.128/25 ::1 "
				   "fd00::/8 2001:db8::/33";

	(void)state;
	assert_true(address_list_valid(LIST));
	assert_true(listed(LIST, "127.0.0.1"));
	assert_false(listed(LIST, "127.0.0.2"));
	assert_true(listed(LIST, "10.255.0.1"));
	assert_false(listed(LIST, "11.0.0.1"));
	assert_true(listed(LIST, "192.0.2.128"));
	assert_false(listed(LIST, "192.0.2.127"));
	assert_true(listed(LIST, "::1"));
	assert_true(listed(LIST, "fdab::1"));
	assert_false(listed(LIST, "fc00::1"));
	assert_true(listed(LIST, "2001:db8:7fff::1"));
	assert_false(listed(LIST, "2001:db8:8000::1"));
	assert_true(listed("0.0.0.0/0", "192.0.2.1"));
	assert_false(listed("0.0.0.0/0", "2001:db8::1"));
	assert_true(listed("::/0", "192.0.2.1"));
	assert_false(listed("", "192.0.2.1"));
}

static void
a_list_that_cannot_be_read_is_none(void **state)
{
	static const char *const WRONG[] = { "x", "127.0.0.1, ::1",
		"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x",
		"10.0.0.0/-1", "127.0.0.1:80", "[::1]" };
	size_t i;

	(void)state;
	assert_true(address_list_valid(""));
	assert_true(address_list_valid("  "));
	for (i = 0; i < UNIT_COUNT(WRONG); i++)
		if (address_list_valid(WRONG[i]))
			fail_msg("\"%s\" was taken", WRONG[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_with_and_without_a_port),
		cmocka_unit_test(anything_else_is_no_address),
		cmocka_unit_test(an_ipv6_client_is_its_64),
		cmocka_unit_test(a_list_names_addresses_and_prefixes),
		cmocka_unit_test(a_list_that_cannot_be_read_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
