/* The floor: what the kernel's UDP path costs when the server does nothing. Sends every datagram back with the QR bit
 * set, up to 64 for one recvmmsg and one sendmmsg. Usage: floor PORT [PROCESSES], a socket for each of them */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define BYTES 2048

int main(int argc, char **argv) {
  static char buffers[BATCH][BYTES];
  static struct sockaddr_in clients[BATCH];
  static struct iovec vectors[BATCH];
  static struct mmsghdr messages[BATCH];
  struct sockaddr_in own = {.sin_family = AF_INET};
  int parent = 1;
  for (int others = argc > 2 ? atoi(argv[2]) - 1 : 0; parent && others > 0; others--)
    parent = fork();
  if (!parent)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
  int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20, on = 1;
  own.sin_port = htons(argc > 1 ? atoi(argv[1]) : 0);
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) {
    perror("floor: bind");
    return 1;
  }
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      vectors[i] = (struct iovec){buffers[i], BYTES};
      messages[i].msg_hdr = (struct msghdr){.msg_name = &clients[i], .msg_namelen = sizeof clients[i],
                                            .msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    int count = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    for (int i = 0; i < count; i++) {
      vectors[i].iov_len = messages[i].msg_len;
      if (messages[i].msg_len > 2)
        buffers[i][2] |= 0x80;
    }
    for (int sent = 0, done; sent < count; sent += done)
      if ((done = sendmmsg(fd, messages + sent, count - sent, 0)) < 1)
        done = 1;
  }
}
