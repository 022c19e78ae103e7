/* The physical limit of fan-out: numbered ticks in slabs, written to one subscriber after another.
 *
 *   slabs serve PORT SUBSCRIBERS TICKS TICKS_PER_SLAB   "ready" when listening; all connect, then go
 *   slabs take PORT TICKS TICKS_PER_SLAB STEP           checks that every number is the last + STEP
 */
#include "loopback.h"

static char slab[1 << 20];

static int serve(char **arguments)
{
	int listener = listen_at(arguments[0]);
	int subscribers = atoi(arguments[1]), fds[1024];
	int64_t ticks = atoll(arguments[2]), per_slab = atoll(arguments[3]);
	printf("ready\n");
	fflush(stdout);
	for (int i = 0; i < subscribers; i++)
		fds[i] = accept_one(listener);
	wait_for_go();
	int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	for (int64_t number = 1; number <= ticks;) {
		int64_t count = ticks - number + 1 < per_slab ? ticks - number + 1 : per_slab;
		for (int64_t i = 0; i < count; i++)
			store_i64(slab + i * TICK_LENGTH + NUMBER_OFFSET, number++);
		for (int i = 0; i < subscribers; i++)
			send_all(fds[i], slab, count * TICK_LENGTH);
	}
	printf("{\"start_ns\": %lld}\n", (long long)start_ns);
	fflush(stdout);
	char closed;
	for (int i = 0; i < subscribers; i++)
		while (read(fds[i], &closed, 1) > 0)
			;
	return 0;
}

static int take(char **arguments)
{
	int fd = connect_to(arguments[0]);
	int64_t ticks = atoll(arguments[1]), step = atoll(arguments[3]), taken = 0;
	size_t held = 0, room = atoll(arguments[2]) * TICK_LENGTH;
	wait_for_go();
	while (taken < ticks) {
		ssize_t got = recv(fd, slab + held, room - held, 0);
		check(got, "recv");
		if (got == 0)
			return 1;
		held += got;
		size_t used = 0;
		for (; used + TICK_LENGTH <= held; used += TICK_LENGTH)
			if (load_i64(slab + used + NUMBER_OFFSET) != ++taken * step)
				return 1;
		memmove(slab, slab + used, held - used);
		held -= used;
	}
	printf("{\"end_ns\": %lld, \"count\": %lld}\n", (long long)clock_ns(CLOCK_MONOTONIC),
	       (long long)taken);
	return 0;
}

int main(int count, char **arguments)
{
	if (count == 6 && !strcmp(arguments[1], "serve"))
		return serve(arguments + 2);
	if (count == 6 && !strcmp(arguments[1], "take"))
		return take(arguments + 2);
	return 2;
}
