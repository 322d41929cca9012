package dev.byname.transport;

import dev.byname.query.Client;
import dev.byname.query.QueryHandler;
import dev.byname.query.ReplyTo;
import dev.byname.query.Transport;
import dev.byname.transport.TransportObserver.Shed;
import dev.byname.wire.Header;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One UDP socket. Native epoll reads a batch of datagrams with one system call (recvmmsg) and hands
 * them up one by one; the answers are written into the channel's queue and leave together
 * (sendmmsg) when the batch ends. NIO does the same with a call per datagram. Netty makes a {@code
 * DatagramPacket} with two addresses for each datagram: that is all the garbage there is.
 *
 * <p>A socket on a wildcard address answers from the address that the route to the client starts
 * at; on a machine with several addresses that need not be the one the client asked, and Netty has
 * no way to name it. Listen on the addresses themselves there, or use {@link ForeignUdpSocket}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel: that is heard
final class UdpHandler extends ChannelInboundHandlerAdapter {
  private final Listener listener;
  private final LoopWorker loopWorker;
  private QueryHandler.@Nullable Worker batchWorker;
  private boolean readSinceLastLook;

  UdpHandler(Listener listener, LoopWorker loopWorker) {
    this.listener = listener;
    this.loopWorker = loopWorker;
  }

  /** Whether anything came since the last call: a socket is closed when nothing comes any more. */
  boolean readSinceLastLook() {
    boolean read = readSinceLastLook;
    readSinceLastLook = false;
    return read;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var packet = (DatagramPacket) message;
    try {
      answer(context, packet);
    } catch (RuntimeException bug) {
      listener.observer().bug(listener.config(), bug);
    } finally {
      packet.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    batchWorker = null;
    readSinceLastLook = true;
    context.flush();
  }

  /** A failed read or write of one datagram; the socket goes on. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    listener.shed(Transport.UDP, Shed.SEND_FAILED);
  }

  private void answer(ChannelHandlerContext context, DatagramPacket packet) {
    var content = packet.content();
    int lengthBytes = content.readableBytes();
    var sender = packet.sender();
    if (lengthBytes < Header.LENGTH_BYTES || sender.getPort() == 0) {
      listener.shed(Transport.UDP, Shed.NOT_DNS);
      return;
    }
    var worker = batchWorker;
    if (worker == null) {
      worker = loopWorker.beginBatch();
      batchWorker = worker;
    }
    byte[] query = loopWorker.query;
    byte[] answer = loopWorker.answer;
    content.getBytes(content.readerIndex(), query, 0, lengthBytes);
    int sizeBytes = worker.answer(query, lengthBytes, answer, Transport.UDP, family(sender));
    if (sizeBytes > 0) {
      send(context.channel(), sender, answer, sizeBytes);
    } else if (sizeBytes == QueryHandler.SLOW) {
      answerSlowly(context.channel(), worker, lengthBytes, sender);
    }
  }

  private void answerSlowly(
      Channel channel, QueryHandler.Worker worker, int lengthBytes, InetSocketAddress sender) {
    int bucket = FairBound.bucket(sender.getAddress());
    if (!listener.inFlight().enter(bucket)) {
      listener.shed(Transport.UDP, Shed.IN_FLIGHT);
      return;
    }
    var client = new Client(Transport.UDP, sender, (InetSocketAddress) channel.localAddress());
    var reply = new Reply(channel, sender, bucket);
    try {
      worker.answerSlowly(loopWorker.query, lengthBytes, client, reply);
    } catch (RuntimeException bug) {
      reply.silence();
      throw bug;
    }
  }

  /** Queues an answer; it leaves with the batch when one is being read, else at once. */
  private void send(Channel channel, InetSocketAddress recipient, byte[] message, int lengthBytes) {
    if (!channel.isWritable()) {
      // The queue in front of a full socket must not grow: the client asks again.
      listener.shed(Transport.UDP, channel.isActive() ? Shed.SEND_QUEUE : Shed.CLIENT_GONE);
      return;
    }
    var content = channel.alloc().directBuffer(lengthBytes).writeBytes(message, 0, lengthBytes);
    var packet = new DatagramPacket(content, recipient);
    if (batchWorker != null && channel.eventLoop().inEventLoop()) {
      channel.write(packet, channel.voidPromise());
    } else {
      channel.writeAndFlush(packet, channel.voidPromise());
    }
  }

  private static int family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address ? 2 : 1;
  }

  /** Writes from whatever thread answers: Netty hands the datagram to the event loop. */
  private final class Reply implements ReplyTo {
    private final AtomicBoolean done = new AtomicBoolean();
    private final Channel channel;
    private final InetSocketAddress recipient;
    private final int bucket;

    Reply(Channel channel, InetSocketAddress recipient, int bucket) {
      this.channel = channel;
      this.recipient = recipient;
      this.bucket = bucket;
    }

    @Override
    public void reply(byte[] message, int lengthBytes, boolean last) {
      // One datagram is all there is: of a transfer asked over UDP, its first message.
      if (done.compareAndSet(false, true)) {
        send(channel, recipient, message, lengthBytes);
        listener.inFlight().leave(bucket); // after the send, which a closing listener waits for
      }
    }

    @Override
    public void silence() {
      if (done.compareAndSet(false, true)) {
        listener.inFlight().leave(bucket);
      }
    }
  }
}
