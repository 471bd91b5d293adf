/*
 * livebin check.
 */
#include "admin/admin.h"
#include "live/check.h"

static void
check_say(void *context, const char *line)
{
	(void)context;
	(void)printf("%s\n", line);
}

enum admin_exit
admin_check(const struct config *config, const struct arguments *arguments)
{
	struct findings findings = { .say = check_say };
	struct error err;

	if (arguments->count != 0)
		return admin_usage();
	if (!admin_site_there(config))
		return ADMIN_FAILED;
	if (check_site(config, &findings, &err) != 0)
		return admin_error(&err);
	if (findings.count == 0)
		(void)printf("sound\n");
	else
		(void)printf("%d wrong; docs/operate.md says what to do\n",
		    findings.count);
	return findings.count == 0 ? ADMIN_DONE : ADMIN_FAILED;
}
