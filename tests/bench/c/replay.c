/* The physical limit of a CSV replay: rows of price_file.py → packets → a log and one subscriber.
 *
 *   replay CSV LOG PORT TICKS_PER_SLAB
 *
 * It trusts the file, knows one form of row, and checks nothing: what parsing costs at least.
 */
#include "loopback.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define SCALE_DIGITS 8

static char slab[1 << 20];

static int64_t digits(const char *text, int count)
{
	int64_t value = 0;
	for (int i = 0; i < count; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

/* Days since the Unix epoch (Howard Hinnant's algorithm). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = year / 400, of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t time_of(const char *text)
{
	int64_t seconds = days_of(digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)) * 86400;
	seconds += digits(text + 11, 2) * 3600 + digits(text + 14, 2) * 60 + digits(text + 17, 2);
	return seconds * 1000000000 + digits(text + 20, 3) * 1000000;
}

static const char *fixed(const char *text, int64_t *value)
{
	int decimals = -1;
	for (*value = 0; *text != ',' && *text != '\n'; text++) {
		if (*text == '.') {
			decimals = 0;
			continue;
		}
		*value = *value * 10 + (*text - '0');
		decimals += decimals >= 0;
	}
	for (int i = decimals > 0 ? decimals : 0; i < SCALE_DIGITS; i++)
		*value *= 10;
	return text + 1;
}

static const char *parse(const char *row, char *packet, int64_t now_ns)
{
	static const char header[4] = {0, TICK_LENGTH - 2, 'S', 'P'};
	int64_t price, size;
	memcpy(packet, header, sizeof header);
	memset(packet + 4, ' ', 1);
	memset(packet + 5, 0, 3);
	memset(packet + 8, ' ', 24);
	store_i64(packet + 32, time_of(row));
	store_i64(packet + PUBLISH_TIME_OFFSET, now_ns);
	const char *symbol = row + 25, *comma = memchr(symbol, ',', 25);
	memcpy(packet + 8, symbol, comma - symbol);
	const char *next = fixed(fixed(comma + 1, &price), &size);
	store_i64(packet + 48, price);
	store_i64(packet + NUMBER_OFFSET, size);
	return next;
}

int main(int count, char **arguments)
{
	struct stat facts;
	if (count != 5)
		return 2;
	int csv = open(arguments[1], O_RDONLY);
	int log = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int64_t per_slab = atoll(arguments[4]), held = 0;
	check(csv, "csv");
	check(log, "log");
	check(fstat(csv, &facts), "stat");
	const char *text = mmap(NULL, facts.st_size, PROT_READ, MAP_PRIVATE, csv, 0);
	int listener = listen_at(arguments[3]);
	printf("ready\n");
	fflush(stdout);
	int subscriber = accept_one(listener);
	wait_for_go();
	int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	const char *end = text + facts.st_size, *row = (const char *)memchr(text, '\n', 4096) + 1;
	while (row < end) {
		int64_t now_ns = clock_ns(CLOCK_REALTIME);
		for (held = 0; held < per_slab && row < end; held++)
			row = parse(row, slab + held * TICK_LENGTH, now_ns);
		check(write(log, slab, held * TICK_LENGTH), "write");
		send_all(subscriber, slab, held * TICK_LENGTH);
	}
	printf("{\"start_ns\": %lld}\n", (long long)start_ns);
	fflush(stdout);
	char closed;
	while (read(subscriber, &closed, 1) > 0)
		;
	return 0;
}
