/* hostile-load: peers that a server on the loopback has to live with. One thread, one JSON line on stdout.
 *
 *   hostile-load --port P [--peers N] [--seconds S] [--seed X] [--drain-seconds D] [--kinds good,slow,...]
 *
 * Peer i is of kind i modulo 9; with --kinds only peers of these are there, as they would be among all.
 * It talks to 127.0.0.1 only, and always ends by itself. */
#define _GNU_SOURCE
#include "hostile.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void usage(const char *why) {
  fprintf(stderr, "hostile-load: %s\n", why);
  exit(2);
}

static uint64_t number(const char *name, const char *text, uint64_t low, uint64_t high) {
  char *end, why[120];
  uint64_t value = strtoull(text, &end, 10);
  if (*end == 0 && end != text && value >= low && value <= high) return value;
  snprintf(why, sizeof why, "%s must be from %llu to %llu", name, (unsigned long long)low, (unsigned long long)high);
  usage(why);
  return 0;
}

static void choose_kinds(options *o, char *names) {
  memset(o->wanted, 0, sizeof o->wanted);
  for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
    int k = 0;
    while (k < KINDS && strcmp(kinds[k].name, name) != 0) k++;
    if (k == KINDS) usage("--kinds names one that is not there");
    o->wanted[k] = true;
  }
}

static options parse(int argc, char **argv) {
  options o = {.peers = 90, .seconds = 1, .drain_seconds = 30, .seed = 1};
  memset(o.wanted, 1, sizeof o.wanted);
  for (int i = 1; i < argc; i += 2) {
    char *name = argv[i], *value = argv[i + 1];
    if (!value) usage("an option without a value");
    if (!strcmp(name, "--port")) o.port = (int)number(name, value, 1, 65535);
    else if (!strcmp(name, "--peers")) o.peers = (uint32_t)number(name, value, 1, 10000);
    else if (!strcmp(name, "--seconds")) o.seconds = (uint32_t)number(name, value, 1, 600);
    else if (!strcmp(name, "--drain-seconds")) o.drain_seconds = (uint32_t)number(name, value, 1, 600);
    else if (!strcmp(name, "--seed")) o.seed = number(name, value, 0, UINT32_MAX);
    else if (!strcmp(name, "--kinds")) choose_kinds(&o, value);
    else usage("unknown option");
  }
  if (!o.port) usage("--port is missing");
  return o;
}

static void print_histogram(const char *name, const histogram *h) {
  const char *comma = "";
  printf(",\"%s\":{\"total\":%llu,\"longestNs\":%llu,\"subBits\":%d,\"buckets\":[", name, (unsigned long long)h->total,
         (unsigned long long)h->longest, SUB_BITS);
  for (unsigned i = 0; i < BUCKETS; i++) {
    if (!h->counts[i]) continue;
    printf("%s[%u,%llu]", comma, i, (unsigned long long)h->counts[i]);
    comma = ",";
  }
  printf("]}");
}

static void print_kind(const kind *k) {
  const struct {
    const char *name;
    uint64_t value;
  } counts[] = {{"connects", k->tally.connects}, {"failed", k->tally.failed}, {"unsure", k->tally.unsure}, {"heard", k->tally.heard},
                {"requests", k->tally.requests}, {"answers", k->tally.answers}, {"wrong", k->tally.wrong},
                {"lost", k->tally.lost}, {"cut", k->tally.cut}, {"ended", k->tally.ended}, {"reset", k->tally.reset}};
  printf("\"%s\":{\"letter\":\"%c\"", k->name, k->letter);
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) printf(",\"%s\":%llu", counts[i].name, (unsigned long long)counts[i].value);
  printf("}");
}

static void print_result(const options *o, double seconds) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  const char *comma = "";
  printf("{\"seconds\":%.3f,\"cpuShare\":%.3f,\"longestTurnMs\":%.1f,\"firstFault\":\"%s\",\"kinds\":{", seconds, cpu / seconds,
         longest_turn_ms, first_fault);
  for (int k = 0; k < KINDS; k++) {
    if (!o->wanted[k]) continue;
    printf("%s", comma);
    print_kind(&kinds[k]);
    comma = ",";
  }
  printf("}");
  print_histogram("requests", &requests);
  print_histogram("connects", &connects);
  printf("}\n");
}

int main(int argc, char **argv) {
  struct rlimit limit;
  options o = parse(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  alarm(o.seconds + o.drain_seconds + 60); /* the last word, whatever hangs */
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  uint64_t from = now_ns();
  run_peers(&o);
  print_result(&o, (double)(now_ns() - from) / 1e9);
  return 0;
}
