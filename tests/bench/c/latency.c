/* The physical limit of one-way latency: blocking sockets, a tick each interval.
 *
 *   latency send PORT COUNT INTERVAL_NS
 *   latency take PORT COUNT WARM_UP        prints the lists sent_ns and taken_ns, wall clock
 */
#include "loopback.h"

static int send_ticks(char **arguments)
{
	int listener = listen_at(arguments[0]);
	int64_t count = atoll(arguments[1]), interval_ns = atoll(arguments[2]);
	char packet[TICK_LENGTH] = {0, TICK_LENGTH - 2, 'S', 'P'};
	printf("ready\n");
	fflush(stdout);
	int fd = accept_one(listener);
	wait_for_go();
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC);
	for (int64_t i = 0; i < count; i++) {
		int64_t due_ns = begin_ns + i * interval_ns;
		struct timespec due = {due_ns / 1000000000, due_ns % 1000000000};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		store_i64(packet + PUBLISH_TIME_OFFSET, clock_ns(CLOCK_REALTIME));
		send_all(fd, packet, sizeof packet);
	}
	printf("{}\n");
	fflush(stdout);
	return read(fd, packet, 1) < 0;
}

static void print_list(const char *name, const int64_t *values, int64_t count)
{
	printf("\"%s\": [", name);
	for (int64_t i = 0; i < count; i++)
		printf(i ? ", %lld" : "%lld", (long long)values[i]);
	printf("]");
}

static int take_ticks(char **arguments)
{
	int fd = connect_to(arguments[0]);
	int64_t count = atoll(arguments[1]), warm_up = atoll(arguments[2]);
	int64_t *sent = calloc(count, sizeof *sent), *taken = calloc(count, sizeof *taken);
	char buffer[4096];
	size_t held = 0;
	wait_for_go();
	for (int64_t i = 0; i < count;) {
		ssize_t got = recv(fd, buffer + held, sizeof buffer - held, 0);
		int64_t now_ns = clock_ns(CLOCK_REALTIME);
		if (got <= 0)
			return 1;
		held += got;
		size_t used = 0;
		for (; used + TICK_LENGTH <= held && i < count; used += TICK_LENGTH, i++) {
			sent[i] = load_i64(buffer + used + PUBLISH_TIME_OFFSET);
			taken[i] = now_ns;
		}
		memmove(buffer, buffer + used, held - used);
		held -= used;
	}
	printf("{");
	print_list("sent_ns", sent + warm_up, count - warm_up);
	printf(", ");
	print_list("taken_ns", taken + warm_up, count - warm_up);
	printf("}\n");
	return 0;
}

int main(int count, char **arguments)
{
	if (count == 5 && !strcmp(arguments[1], "send"))
		return send_ticks(arguments + 2);
	if (count == 5 && !strcmp(arguments[1], "take"))
		return take_ticks(arguments + 2);
	return 2;
}
