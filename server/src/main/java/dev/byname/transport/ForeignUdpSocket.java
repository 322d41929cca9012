package dev.byname.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.byname.query.Client;
import dev.byname.query.QueryHandler;
import dev.byname.query.ReplyTo;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Shed;
import dev.byname.wire.Header;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One UDP socket driven by system calls: a thread of its own takes up to {@value #BATCH} datagrams
 * with one recvmmsg, answers them, and sends the answers with one sendmmsg. Between the two nothing
 * is allocated, and nothing but the bytes of query and answer is copied: an answer's header points
 * at the address and the control message with which its query came.
 *
 * <p>That control message (IP_PKTINFO, RFC 3542 section 6.1) says which of our addresses was asked.
 * It is asked for on wildcard sockets only, and sent back, so that the answer leaves from the same
 * address; clients drop answers from another one.
 *
 * <p>A slow query's answer is sent by the thread that has it, one call each, under a lock. The
 * thread blocks in the kernel while there is nothing to do; shutting down the reading side wakes
 * it, although the socket is not connected and the call says so.
 */
final class ForeignUdpSocket implements Inlet {
  /** Datagrams per system call: beyond that the call's own cost is lost in theirs. */
  static final int BATCH = 64;

  private static final int ADDRESS_BYTES = 32; // a sockaddr, aligned
  private static final int OUT_BYTES = 256 << 10;

  /** The shortest that the kernel takes. A batch of datagrams needs about as long. */
  private static final long SLICE_NANOS = 100_000;

  private final Listener listener;
  private final LoopWorker loopWorker;
  private final Arena arena = Arena.ofShared();
  private final Memory in;
  private final int fd;
  private final boolean wildcard;
  private final InetSocketAddress address;
  private final Thread thread;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /** Everything a thread sends with. */
  private final Outgoing batch;

  /** What threads other than the socket's send with, under its own lock. */
  private final Outgoing single;

  private volatile boolean stopping;
  private boolean inBatch;
  private int current; // the datagram of the batch that is being answered

  // Under the lock of single:
  private boolean closed;
  private long dropsAtClose;

  /** Headers, addresses and buffers for the datagrams of one receive. */
  private static final class Memory {
    final MemorySegment headers;
    final MemorySegment vectors;
    final MemorySegment addresses;
    final MemorySegment controls;
    final MemorySegment buffers;
    final int bufferBytes;

    Memory(Arena arena, int count, int bufferBytes) {
      this.bufferBytes = bufferBytes;
      headers = arena.allocate((long) count * Linux.MMSGHDR_BYTES, 8);
      vectors = arena.allocate((long) count * Linux.IOVEC_BYTES, 8);
      addresses = arena.allocate((long) count * ADDRESS_BYTES, 8);
      controls = arena.allocate((long) count * Linux.CONTROL_BYTES, 8);
      buffers = arena.allocate((long) count * bufferBytes, 64);
    }
  }

  /**
   * @param bound port 0 lets the system choose
   * @throws SystemCallException when the address cannot be had
   */
  ForeignUdpSocket(
      Listener listener,
      InetSocketAddress bound,
      boolean ipv6Only,
      int receiveBufferBytes,
      int datagramMaxBytes,
      String threadName)
      throws SystemCallException {
    this.listener = listener;
    loopWorker = new LoopWorker(listener);
    wildcard = bound.getAddress().isAnyLocalAddress();
    int descriptor = -1;
    try {
      in = new Memory(arena, BATCH, datagramMaxBytes);
      batch = new Outgoing(arena, BATCH, OUT_BYTES);
      single = new Outgoing(arena, 1, LoopWorker.MESSAGE_MAX_BYTES);
      boolean ipv6 = bound.getAddress() instanceof Inet6Address;
      descriptor =
          check(
              "socket",
              Linux.socket(
                  batch.state,
                  ipv6 ? Linux.AF_INET6 : Linux.AF_INET,
                  Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC));
      fd = descriptor;
      setOptions(ipv6, ipv6Only, receiveBufferBytes);
      address = bind(bound);
    } catch (SystemCallException | RuntimeException failed) {
      if (descriptor >= 0) {
        Linux.close(Linux.newState(arena), descriptor);
      }
      arena.close();
      throw failed;
    }
    prepareHeaders();
    thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this::run);
    thread.start();
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public CompletableFuture<Void> stopReading() {
    stopping = true;
    synchronized (single) {
      if (!closed) {
        Linux.shutdown(single.state, fd, Linux.SHUT_RD); // ENOTCONN, and the thread is awake
      }
    }
    return stopped;
  }

  @Override
  public CompletableFuture<Void> close() {
    return stopReading().thenRun(this::release);
  }

  /** Datagrams that the kernel dropped because the receive buffer was full. */
  @Override
  public long receiveDrops() {
    synchronized (single) {
      return closed ? dropsAtClose : readDrops();
    }
  }

  private void run() {
    try {
      runBeforeOthers();
      while (true) {
        int count =
            Linux.recvmmsg(batch.state, fd, in.headers.address(), BATCH, Linux.MSG_WAITFORONE);
        if (count < 0) {
          int errno = Linux.errno(batch.state);
          if (errno != Linux.EINTR && errno != Linux.EAGAIN) {
            listener.observer().bug(listener.config(), new SystemCallException("recvmmsg", errno));
            if (stopping) {
              return;
            }
          }
          continue;
        }
        // A socket whose reading side is shut down hands out nothing from nobody when it is empty.
        if (count == 0 || addressBytes(0) == 0) {
          if (stopping) {
            return;
          }
          continue;
        }
        answerBatch(count);
      }
    } finally {
      stopped.complete(null);
    }
  }

  /**
   * Asks the kernel for short time slices. A thread that wakes up with a shorter one than the
   * thread that runs takes its place at once (Linux 6.12 and later), and does not wait for the
   * milliseconds that are left to a compiler, a collector, a reader of the cluster, or another
   * program on the node. It gets no more time than others do, only earlier. Without permission, or
   * before 6.12, nothing changes.
   */
  private void runBeforeOthers() {
    var attributes = batch.buffer.asSlice(0, Linux.SCHED_ATTR_BYTES);
    if (Linux.schedGetattr(batch.state, attributes.address()) < 0) {
      return;
    }
    attributes.set(JAVA_INT, Linux.SCHED_ATTR_SIZE, Linux.SCHED_ATTR_BYTES);
    attributes.set(JAVA_LONG, Linux.SCHED_ATTR_RUNTIME, SLICE_NANOS);
    Linux.schedSetattr(batch.state, attributes.address());
  }

  private void answerBatch(int count) {
    var worker = loopWorker.beginBatch();
    inBatch = true;
    for (int i = 0; i < count; i++) {
      current = i;
      try {
        answer(worker, i);
      } catch (RuntimeException bug) {
        listener.observer().bug(listener.config(), bug);
      }
    }
    inBatch = false;
    batch.flush();
    for (int i = 0; i < count; i++) { // what the kernel has overwritten
      long header = (long) i * Linux.MMSGHDR_BYTES;
      in.headers.set(JAVA_INT, header + Linux.MSG_NAMELEN, Linux.SOCKADDR_BYTES);
      if (wildcard) {
        in.headers.set(JAVA_LONG, header + Linux.MSG_CONTROLLEN, Linux.CONTROL_BYTES);
      }
    }
  }

  private void answer(QueryHandler.Worker worker, int i) {
    int lengthBytes = in.headers.get(JAVA_INT, (long) i * Linux.MMSGHDR_BYTES + Linux.MSG_LEN);
    if (addressBytes(i) == 0) {
      return; // the end of a socket that stops; see run
    }
    if (lengthBytes < Header.LENGTH_BYTES || port(i) == 0) {
      listener.shed(Transport.UDP, Shed.NOT_DNS);
      return;
    }
    byte[] query = loopWorker.query;
    byte[] answer = loopWorker.answer;
    MemorySegment.copy(in.buffers, JAVA_BYTE, (long) i * in.bufferBytes, query, 0, lengthBytes);
    int sizeBytes = worker.answer(query, lengthBytes, answer, Transport.UDP, family(i));
    if (sizeBytes > 0) {
      batch.add(answer, sizeBytes, i);
    } else if (sizeBytes == QueryHandler.SLOW) {
      answerSlowly(worker, lengthBytes, i);
    }
  }

  private void answerSlowly(QueryHandler.Worker worker, int lengthBytes, int i) {
    var remote = remote(i);
    int bucket = FairBound.bucket(remote.getAddress());
    if (!listener.inFlight().enter(bucket)) {
      listener.shed(Transport.UDP, Shed.IN_FLIGHT);
      return;
    }
    var reply = new Reply(i, bucket);
    try {
      worker.answerSlowly(
          loopWorker.query, lengthBytes, new Client(Transport.UDP, remote, local(i)), reply);
    } catch (RuntimeException bug) {
      reply.silence();
      throw bug;
    }
  }

  private void release() {
    synchronized (single) {
      if (closed) {
        return;
      }
      dropsAtClose = readDrops();
      closed = true;
      Linux.close(single.state, fd);
    }
    arena.close();
  }

  private long readDrops() {
    // The single buffer is free: its users hold the same lock.
    var memory = single.buffer;
    memory.set(JAVA_INT, Linux.MEMINFO_BYTES, Linux.MEMINFO_BYTES);
    int result =
        Linux.getsockopt(
            single.state,
            fd,
            Linux.SOL_SOCKET,
            Linux.SO_MEMINFO,
            memory.address(),
            memory.address() + Linux.MEMINFO_BYTES);
    return result < 0 ? 0 : Integer.toUnsignedLong(memory.get(JAVA_INT, 4L * Linux.MEMINFO_DROPS));
  }

  private void setOptions(boolean ipv6, boolean ipv6Only, int receiveBufferBytes)
      throws SystemCallException {
    check("SO_REUSEPORT", option(Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1));
    check("SO_RCVBUF", option(Linux.SOL_SOCKET, Linux.SO_RCVBUF, receiveBufferBytes));
    if (ipv6) {
      check("IPV6_V6ONLY", option(Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, ipv6Only ? 1 : 0));
      check(
          "IPV6_MTU_DISCOVER",
          option(Linux.IPPROTO_IPV6, Linux.IPV6_MTU_DISCOVER, Linux.PMTUDISC_OMIT));
      if (wildcard) {
        // Tells IPv4 addresses too, mapped into IPv6, and takes them back in that form.
        check("IPV6_RECVPKTINFO", option(Linux.IPPROTO_IPV6, Linux.IPV6_RECVPKTINFO, 1));
      }
    } else if (wildcard) {
      check("IP_PKTINFO", option(Linux.IPPROTO_IP, Linux.IP_PKTINFO, 1));
    }
    check("IP_MTU_DISCOVER", option(Linux.IPPROTO_IP, Linux.IP_MTU_DISCOVER, Linux.PMTUDISC_OMIT));
  }

  private int option(int level, int name, int value) {
    batch.buffer.set(JAVA_INT, 0, value);
    return Linux.setsockopt(batch.state, fd, level, name, batch.buffer.address(), Integer.BYTES);
  }

  private int check(String what, int result) throws SystemCallException {
    if (result < 0) {
      throw new SystemCallException(what, Linux.errno(batch.state));
    }
    return result;
  }

  private InetSocketAddress bind(InetSocketAddress wanted) throws SystemCallException {
    var memory = in.addresses;
    byte[] bytes = wanted.getAddress().getAddress();
    memory.asSlice(0, Linux.SOCKADDR_BYTES).fill((byte) 0);
    memory.set(JAVA_SHORT, 0, (short) (bytes.length == 4 ? Linux.AF_INET : Linux.AF_INET6));
    memory.set(
        JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), Linux.SOCKADDR_PORT, (short) wanted.getPort());
    int offset = bytes.length == 4 ? Linux.SOCKADDR_IN_ADDRESS : Linux.SOCKADDR_IN6_ADDRESS;
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, offset, bytes.length);
    if (wanted.getAddress() instanceof Inet6Address scoped) {
      memory.set(JAVA_INT, Linux.SOCKADDR_IN6_SCOPE, scoped.getScopeId());
    }
    int size = bytes.length == 4 ? Linux.SOCKADDR_IN_BYTES : Linux.SOCKADDR_BYTES;
    check("bind", Linux.bind(batch.state, fd, memory.address(), size));
    batch.buffer.set(JAVA_INT, 0, Linux.SOCKADDR_BYTES);
    check(
        "getsockname",
        Linux.getsockname(batch.state, fd, memory.address(), batch.buffer.address()));
    return new InetSocketAddress(wanted.getAddress(), port(0));
  }

  /** Points the headers of a receive at their addresses, buffers and control messages. */
  private void prepareHeaders() {
    for (int i = 0; i < BATCH; i++) {
      long vector = (long) i * Linux.IOVEC_BYTES;
      in.vectors.set(
          JAVA_LONG, vector + Linux.IOV_BASE, in.buffers.address() + (long) i * in.bufferBytes);
      in.vectors.set(JAVA_LONG, vector + Linux.IOV_LEN, in.bufferBytes);
      long header = (long) i * Linux.MMSGHDR_BYTES;
      in.headers.set(JAVA_LONG, header + Linux.MSG_NAME, addressPointer(i));
      in.headers.set(JAVA_INT, header + Linux.MSG_NAMELEN, Linux.SOCKADDR_BYTES);
      in.headers.set(JAVA_LONG, header + Linux.MSG_IOV, in.vectors.address() + vector);
      in.headers.set(JAVA_LONG, header + Linux.MSG_IOVLEN, 1);
      if (wildcard) {
        in.headers.set(JAVA_LONG, header + Linux.MSG_CONTROL, controlPointer(i));
        in.headers.set(JAVA_LONG, header + Linux.MSG_CONTROLLEN, Linux.CONTROL_BYTES);
      }
    }
  }

  private long addressPointer(int i) {
    return in.addresses.address() + (long) i * ADDRESS_BYTES;
  }

  private long controlPointer(int i) {
    return in.controls.address() + (long) i * Linux.CONTROL_BYTES;
  }

  /** Length of the client's address as the kernel told it. */
  private int addressBytes(int i) {
    return in.headers.get(JAVA_INT, (long) i * Linux.MMSGHDR_BYTES + Linux.MSG_NAMELEN);
  }

  /** Length of the control message as the kernel told it; 0 when there is none. */
  private long controlBytes(int i) {
    return wildcard
        ? in.headers.get(JAVA_LONG, (long) i * Linux.MMSGHDR_BYTES + Linux.MSG_CONTROLLEN)
        : 0;
  }

  private int port(int i) {
    long at = (long) i * ADDRESS_BYTES + Linux.SOCKADDR_PORT;
    return ((in.addresses.get(JAVA_BYTE, at) & 0xff) << 8)
        | (in.addresses.get(JAVA_BYTE, at + 1) & 0xff);
  }

  private int family(int i) {
    long at = (long) i * ADDRESS_BYTES;
    if (in.addresses.get(JAVA_SHORT, at) == Linux.AF_INET) {
      return 1;
    }
    return mapped(in.addresses, at + Linux.SOCKADDR_IN6_ADDRESS) ? 1 : 2;
  }

  /** Whether the IPv6 address there is an IPv4 one in disguise (RFC 4291 section 2.5.5.2). */
  private static boolean mapped(MemorySegment memory, long at) {
    return memory.get(JAVA_LONG, at) == 0
        && memory.get(JAVA_SHORT, at + 8) == 0
        && memory.get(JAVA_SHORT, at + 10) == -1;
  }

  private InetSocketAddress remote(int i) {
    long at = (long) i * ADDRESS_BYTES;
    if (in.addresses.get(JAVA_SHORT, at) == Linux.AF_INET) {
      return new InetSocketAddress(
          inetAddress(in.addresses, at + Linux.SOCKADDR_IN_ADDRESS, 4, 0), port(i));
    }
    return new InetSocketAddress(
        inetAddress(
            in.addresses,
            at + Linux.SOCKADDR_IN6_ADDRESS,
            16,
            in.addresses.get(JAVA_INT, at + Linux.SOCKADDR_IN6_SCOPE)),
        port(i));
  }

  /** The address that was asked. */
  private InetSocketAddress local(int i) {
    if (controlBytes(i) == 0) {
      return address;
    }
    long at = (long) i * Linux.CONTROL_BYTES;
    var asked =
        isPktinfo6(i)
            ? inetAddress(
                in.controls,
                at + Linux.IN6_PKTINFO_ADDRESS,
                16,
                in.controls.get(JAVA_INT, at + Linux.IN6_PKTINFO_IFINDEX))
            : inetAddress(in.controls, at + Linux.IN_PKTINFO_SOURCE, 4, 0);
    return new InetSocketAddress(asked, address.getPort());
  }

  private boolean isPktinfo6(int i) {
    return in.controls.get(JAVA_INT, (long) i * Linux.CONTROL_BYTES + Linux.CMSG_LEVEL)
        == Linux.IPPROTO_IPV6;
  }

  private static InetAddress inetAddress(MemorySegment memory, long at, int bytes, int scope) {
    var copy = new byte[bytes];
    MemorySegment.copy(memory, JAVA_BYTE, at, copy, 0, bytes);
    try {
      // A mapped address becomes an Inet4Address by itself.
      return bytes == 16 && !mapped(memory, at) && (copy[0] & 0xff) == 0xfe
          ? Inet6Address.getByAddress(null, copy, scope)
          : InetAddress.getByAddress(copy);
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible); // only for other lengths
    }
  }

  /** Answers on their way out: of a whole batch, or a single one. Used by one thread at a time. */
  private final class Outgoing {
    final MemorySegment state;
    final MemorySegment buffer;
    private final MemorySegment headers;
    private final MemorySegment vectors;
    private final MemorySegment ownAddress;
    private final MemorySegment ownControl;
    private final int capacity;
    private int count;
    private int used;

    Outgoing(Arena arena, int capacity, int bufferBytes) {
      this.capacity = capacity;
      state = Linux.newState(arena);
      buffer = arena.allocate(bufferBytes, 64);
      headers = arena.allocate((long) capacity * Linux.MMSGHDR_BYTES, 8);
      vectors = arena.allocate((long) capacity * Linux.IOVEC_BYTES, 8);
      ownAddress = arena.allocate(ADDRESS_BYTES, 8);
      ownControl = arena.allocate(Linux.CONTROL_BYTES, 8);
      for (int i = 0; i < capacity; i++) {
        long header = (long) i * Linux.MMSGHDR_BYTES;
        headers.set(
            JAVA_LONG, header + Linux.MSG_IOV, vectors.address() + (long) i * Linux.IOVEC_BYTES);
        headers.set(JAVA_LONG, header + Linux.MSG_IOVLEN, 1);
      }
    }

    /** Answers the datagram {@code to} of the batch that was received last. */
    void add(byte[] message, int lengthBytes, int to) {
      if (wildcard) {
        // Any interface may carry the answer; the address alone is what matters.
        long at = (long) to * Linux.CONTROL_BYTES;
        in.controls.set(
            JAVA_INT,
            at + (isPktinfo6(to) ? Linux.IN6_PKTINFO_IFINDEX : Linux.IN_PKTINFO_IFINDEX),
            0);
      }
      add(
          message,
          lengthBytes,
          addressPointer(to),
          addressBytes(to),
          controlPointer(to),
          controlBytes(to));
    }

    void add(
        byte[] message,
        int lengthBytes,
        long addressPointer,
        int addressBytes,
        long controlPointer,
        long controlBytes) {
      if (count == capacity || used + lengthBytes > buffer.byteSize()) {
        flush();
      }
      MemorySegment.copy(message, 0, buffer, JAVA_BYTE, used, lengthBytes);
      long vector = (long) count * Linux.IOVEC_BYTES;
      vectors.set(JAVA_LONG, vector + Linux.IOV_BASE, buffer.address() + used);
      vectors.set(JAVA_LONG, vector + Linux.IOV_LEN, lengthBytes);
      long header = (long) count * Linux.MMSGHDR_BYTES;
      headers.set(JAVA_LONG, header + Linux.MSG_NAME, addressPointer);
      headers.set(JAVA_INT, header + Linux.MSG_NAMELEN, addressBytes);
      headers.set(JAVA_LONG, header + Linux.MSG_CONTROL, controlBytes == 0 ? 0 : controlPointer);
      headers.set(JAVA_LONG, header + Linux.MSG_CONTROLLEN, controlBytes);
      used += lengthBytes;
      count++;
    }

    /** Sends one answer at once, to an address that was copied off its datagram. */
    void send(byte[] message, int lengthBytes, byte[] client, byte[] control) {
      MemorySegment.copy(client, 0, ownAddress, JAVA_BYTE, 0, client.length);
      MemorySegment.copy(control, 0, ownControl, JAVA_BYTE, 0, control.length);
      add(
          message,
          lengthBytes,
          ownAddress.address(),
          client.length,
          ownControl.address(),
          control.length);
      flush();
    }

    void flush() {
      int sent = 0;
      while (sent < count) {
        int result =
            Linux.sendmmsg(
                state,
                fd,
                headers.address() + (long) sent * Linux.MMSGHDR_BYTES,
                count - sent,
                Linux.MSG_DONTWAIT);
        if (result > 0) {
          sent += result;
          continue;
        }
        int errno = Linux.errno(state);
        if (errno == Linux.EINTR) {
          continue;
        }
        // The first one could not go; the others have clients of their own.
        listener.shed(Transport.UDP, errno == Linux.EAGAIN ? Shed.SEND_QUEUE : Shed.SEND_FAILED);
        sent++;
      }
      count = 0;
      used = 0;
    }
  }

  /** Sends from whatever thread answers; keeps the client's address and ours as they came. */
  private final class Reply implements ReplyTo {
    private final AtomicBoolean done = new AtomicBoolean();
    private final int datagram;
    private final int bucket;
    private final byte[] client;
    private final byte[] control;

    Reply(int datagram, int bucket) {
      this.datagram = datagram;
      this.bucket = bucket;
      client = new byte[addressBytes(datagram)];
      MemorySegment.copy(
          in.addresses, JAVA_BYTE, (long) datagram * ADDRESS_BYTES, client, 0, client.length);
      control = new byte[(int) controlBytes(datagram)];
      MemorySegment.copy(
          in.controls,
          JAVA_BYTE,
          (long) datagram * Linux.CONTROL_BYTES,
          control,
          0,
          control.length);
      if (control.length > 0) {
        int at = isPktinfo6(datagram) ? Linux.IN6_PKTINFO_IFINDEX : Linux.IN_PKTINFO_IFINDEX;
        Arrays.fill(control, at, at + Integer.BYTES, (byte) 0);
      }
    }

    @Override
    public void reply(byte[] message, int lengthBytes, boolean last) {
      // One datagram is all there is: of a transfer asked over UDP, its first message.
      if (!done.compareAndSet(false, true)) {
        return;
      }
      if (Thread.currentThread() == thread && inBatch && current == datagram) {
        batch.add(message, lengthBytes, datagram); // answered on the spot: leaves with its batch
      } else {
        send(message, lengthBytes);
      }
      listener.inFlight().leave(bucket); // after the send, which a closing listener waits for
    }

    @Override
    public void silence() {
      if (done.compareAndSet(false, true)) {
        listener.inFlight().leave(bucket);
      }
    }

    private void send(byte[] message, int lengthBytes) {
      synchronized (single) {
        if (closed) {
          listener.shed(Transport.UDP, Shed.CLIENT_GONE);
          return;
        }
        single.send(message, lengthBytes, client, control);
      }
    }
  }
}
