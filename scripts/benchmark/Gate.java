import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A way to a port that can be shut: connections are cut, and new ones wait until it opens. A
 * process of its own, {@code Gate PORT TARGET}, that does what the lines on its standard input say.
 */
final class Gate {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final int target;
  private final ServerSocket inlet;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private boolean open = true;

  private Gate(int port, int target) throws IOException {
    this.target = target;
    inlet = new ServerSocket(port, 50, LOOPBACK);
    Thread.ofPlatform().daemon().start(this::accept);
  }

  public static void main(String[] arguments) throws IOException {
    var gate = new Gate(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    var lines = new BufferedReader(new InputStreamReader(System.in));
    String line;
    while ((line = lines.readLine()) != null) {
      switch (line) {
        case "shut" -> gate.shut();
        case "open" -> gate.open();
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private synchronized void open() {
    open = true;
    notifyAll();
  }

  private synchronized void shut() throws IOException {
    open = false;
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = inlet.accept();
        synchronized (this) {
          while (!open) {
            wait();
          }
          Socket server = new Socket(LOOPBACK, target);
          sockets.addAll(List.of(client, server));
          Thread.ofPlatform().daemon().start(() -> copy(client, server));
          Thread.ofPlatform().daemon().start(() -> copy(server, client));
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void copy(Socket from, Socket to) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException cut) {
      // by shut, or by one of the two
    }
  }
}
