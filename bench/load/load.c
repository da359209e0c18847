/* load: an epoll load generator for the benchmarks. One thread, one JSON line on stdout.
 *
 *   load --mode tcp|lines|udp|idle --port P [--host 127.0.0.1] [--connections N] [--size S] [--inflight K] [--rate R] [--active A]
 *        [--warmup-ms W] [--duration-ms D] [--messages M] [--server-pid P]
 *
 * It connects to the loopback only, checks every byte that comes back and always ends by itself. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

run_state run;

static uint8_t pattern[PERIOD + CHUNK];
static uint32_t period = PERIOD, step = 127;

void payload_init(void) {
  uint32_t x = 2463534242u; /* xorshift: the same bytes in every run */
  for (uint32_t i = 0; i < PERIOD; i++) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    pattern[i] = (uint8_t)(x >> 11);
  }
  for (uint32_t i = PERIOD; i < sizeof pattern; i++) pattern[i] = pattern[i - PERIOD];
}

void payload_lines(int size) {
  step = (uint32_t)size;
  period = PERIOD / step * step;
  for (uint32_t i = 0; i < period; i++) pattern[i] = i % step == step - 1 ? '\n' : (uint8_t)('a' + pattern[i] % 26);
  for (uint32_t i = period; i < sizeof pattern; i++) pattern[i] = pattern[i - period];
}

const uint8_t *payload_at(uint32_t seed, uint64_t position) {
  return pattern + (position + (uint64_t)seed * step) % period;
}

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* CPU seconds that a process has used with all its threads, from proc(5) PID/stat; its ticks are 10 ms. */
static double cpu_of(int pid) {
  char name[32], text[1024];
  unsigned long user = 0, system = 0;
  if (pid == 0) return 0;
  snprintf(name, sizeof name, "/proc/%d/stat", pid);
  FILE *file = fopen(name, "r");
  size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[n] = 0;
  const char *rest = strrchr(text, ')'); /* its name may hold anything */
  if (!rest || sscanf(rest, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &system) != 2) return 0;
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static unsigned bucket_of(uint64_t value) {
  if (value < (2u << SUB_BITS)) return (unsigned)value;
  unsigned shift = 63u - (unsigned)__builtin_clzll(value) - SUB_BITS;
  return (shift << SUB_BITS) + (unsigned)(value >> shift);
}

static void start_measuring(const options *o, uint64_t now) {
  run.phase = MEASURE;
  run.started = now;
  run.phase_end = now + (uint64_t)o->duration_ms * 1000000u;
  run.cpu_before = cpu_ns();
  run.server_before = cpu_of(o->server_pid);
}

static void stop_measuring(const options *o, uint64_t now) {
  run.ended = now;
  run.cpu_used = cpu_ns() - run.cpu_before;
  run.server_used = cpu_of(o->server_pid) - run.server_before;
  run.phase = DRAIN;
  run.phase_end = now + 2000000000u;
}

void run_begin(const options *o, uint64_t now) {
  run.phase = WARMUP;
  run.phase_end = now + (uint64_t)o->warmup_ms * 1000000u;
  run.latency_min = UINT64_MAX;
  run_tick(o, now);
}

void run_tick(const options *o, uint64_t now) {
  if (now < run.phase_end) return;
  if (run.phase == WARMUP) start_measuring(o, now);
  else if (run.phase == MEASURE) stop_measuring(o, now);
  else run.phase = DONE;
}

void run_reply(const options *o, uint64_t latency, uint64_t now) {
  if (run.phase != MEASURE) return;
  run.messages++;
  run.histogram[bucket_of(latency)]++;
  if (latency < run.latency_min) run.latency_min = latency;
  if (latency > run.latency_max) run.latency_max = latency;
  if (o->messages && run.messages >= o->messages) stop_measuring(o, now);
}

void run_fail(const char *format, ...) {
  run.failed++;
  if (run.error[0]) return;
  va_list args;
  va_start(args, format);
  vsnprintf(run.error, sizeof run.error, format, args);
  va_end(args);
}

static void print_result(const options *o) {
  double seconds = run.ended > run.started ? (double)(run.ended - run.started) / 1e9 : 0;
  double rate = seconds > 0 ? (double)run.messages / seconds : 0;
  bool ok = run.failed == 0 && (run.messages > 0 || strcmp(o->mode, "idle") == 0);
  printf("{\"generator\":\"c-epoll\",\"mode\":\"%s\",\"ok\":%s,\"error\":\"%s\"", o->mode, ok ? "true" : "false", run.error);
  printf(",\"connections\":%d,\"size\":%d,\"inflight\":%d", o->connections, o->size, o->inflight);
  printf(",\"seconds\":%.6f,\"messages\":%llu,\"messagesPerSecond\":%.1f,\"megabytesPerSecond\":%.3f", seconds,
         (unsigned long long)run.messages, rate, rate * o->size / 1e6);
  printf(",\"cpuShare\":%.3f", seconds > 0 ? (double)run.cpu_used / 1e9 / seconds : 0);
  printf(",\"serverCpuSeconds\":%.3f", run.server_used);
  printf(",\"bytesChecked\":%llu,\"lost\":%llu,\"resent\":%llu,\"stale\":%llu,\"failed\":%llu", (unsigned long long)run.bytes_checked,
         (unsigned long long)run.lost, (unsigned long long)run.resent, (unsigned long long)run.stale, (unsigned long long)run.failed);
  printf(",\"latency\":{\"minNs\":%llu,\"maxNs\":%llu}", (unsigned long long)(run.messages ? run.latency_min : 0),
         (unsigned long long)run.latency_max);
  printf(",\"histogram\":{\"subBits\":%d,\"buckets\":[", SUB_BITS);
  bool first = true;
  for (unsigned i = 0; i < BUCKETS; i++) {
    if (!run.histogram[i]) continue;
    printf("%s[%u,%llu]", first ? "" : ",", i, (unsigned long long)run.histogram[i]);
    first = false;
  }
  printf("]}}\n");
}

static void usage(const char *why) {
  fprintf(stderr, "load: %s\n", why);
  exit(2);
}

static void parse_address(options *o, const char *host, int port) {
  struct sockaddr_in *v4 = (struct sockaddr_in *)&o->address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&o->address;
  if (strcmp(host, "127.0.0.1") == 0) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, host, &v4->sin_addr);
    o->address_length = sizeof *v4;
  } else if (strcmp(host, "::1") == 0) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)port);
    inet_pton(AF_INET6, host, &v6->sin6_addr);
    o->address_length = sizeof *v6;
  } else {
    usage("only 127.0.0.1 and ::1 may be loaded");
  }
}

static long number(const char *name, const char *text, long low, long high) {
  char *end, why[120];
  long value = strtol(text, &end, 10);
  if (*end == 0 && end != text && value >= low && value <= high) return value;
  snprintf(why, sizeof why, "%s must be a number from %ld to %ld", name, low, high);
  usage(why);
  return 0;
}

static options parse(int argc, char **argv) {
  options o = {.mode = "tcp", .connections = 1, .size = 64, .inflight = 1, .warmup_ms = 0, .duration_ms = 1000};
  const char *host = "127.0.0.1";
  long port = 0;
  for (int i = 1; i < argc; i += 2) {
    const char *name = argv[i], *value = argv[i + 1];
    if (!value) usage("an option without a value");
    if (!strcmp(name, "--mode")) o.mode = value;
    else if (!strcmp(name, "--host")) host = value;
    else if (!strcmp(name, "--port")) port = number(name, value, 1, 65535);
    else if (!strcmp(name, "--connections")) o.connections = (int)number(name, value, 1, 60000);
    else if (!strcmp(name, "--size")) o.size = (int)number(name, value, 1, 1 << 20);
    else if (!strcmp(name, "--inflight")) o.inflight = (int)number(name, value, 1, 4096);
    else if (!strcmp(name, "--active")) o.active = (int)number(name, value, 0, 60000);
    else if (!strcmp(name, "--rate")) o.rate = number(name, value, 0, 100000);
    else if (!strcmp(name, "--warmup-ms")) o.warmup_ms = number(name, value, 0, 60000);
    else if (!strcmp(name, "--duration-ms")) o.duration_ms = number(name, value, 1, 300000);
    else if (!strcmp(name, "--messages")) o.messages = (uint64_t)number(name, value, 0, 1000000000);
    else if (!strcmp(name, "--server-pid")) o.server_pid = (int)number(name, value, 0, INT_MAX);
    else usage("unknown option");
  }
  if (!port) usage("--port is missing");
  parse_address(&o, host, (int)port);
  return o;
}

static void raise_descriptor_limit(int wanted) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= (rlim_t)wanted + 16) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  options o = parse(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  alarm((unsigned)((o.warmup_ms + o.duration_ms) / 1000 + 60)); /* the last word, whatever hangs */
  raise_descriptor_limit(o.connections);
  payload_init();
  if (!strcmp(o.mode, "lines")) payload_lines(o.size);
  if (!strcmp(o.mode, "tcp") || !strcmp(o.mode, "lines")) tcp_load(&o);
  else if (!strcmp(o.mode, "udp")) udp_load(&o);
  else if (!strcmp(o.mode, "idle")) tcp_idle(&o);
  else usage("--mode must be tcp, lines, udp or idle");
  print_result(&o);
  return run.failed ? 1 : 0;
}
