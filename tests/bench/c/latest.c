/* The physical limit of a latest value in shared memory: a sequence lock around 40 bytes.
 *
 *   latest OPERATIONS      ns an operation: update_ns, read_ns, of many in a row
 */
#include "loopback.h"
#include <stdatomic.h>
#include <sys/mman.h>

#define FIELDS 5

struct record {
	_Atomic int64_t counter;
	_Atomic int64_t fields[FIELDS];
};

static void update(struct record *record, int64_t value)
{
	int64_t counter = atomic_load_explicit(&record->counter, memory_order_relaxed);
	atomic_store_explicit(&record->counter, counter + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (int i = 0; i < FIELDS; i++)
		atomic_store_explicit(&record->fields[i], value, memory_order_relaxed);
	atomic_store_explicit(&record->counter, counter + 2, memory_order_release);
}

static int64_t read_one(struct record *record)
{
	int64_t before, after, sum;
	do {
		before = atomic_load_explicit(&record->counter, memory_order_acquire);
		sum = 0;
		for (int i = 0; i < FIELDS; i++)
			sum += atomic_load_explicit(&record->fields[i], memory_order_relaxed);
		atomic_thread_fence(memory_order_acquire);
		after = atomic_load_explicit(&record->counter, memory_order_relaxed);
	} while (before != after || (before & 1));
	return sum;
}

int main(int count, char **arguments)
{
	if (count != 2)
		return 2;
	int64_t operations = atoll(arguments[1]), sum = 0;
	struct record *record = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	for (int64_t i = 0; i < operations; i++)
		update(record, i);
	int64_t middle_ns = clock_ns(CLOCK_MONOTONIC);
	for (int64_t i = 0; i < operations; i++)
		sum += read_one(record);
	int64_t end_ns = clock_ns(CLOCK_MONOTONIC);
	printf("{\"update_ns\": %f, \"read_ns\": %f, \"sum\": %lld}\n",
	       (double)(middle_ns - start_ns) / operations,
	       (double)(end_ns - middle_ns) / operations, (long long)sum);
	return 0;
}
