package dev.byname.plugin.hosts;

import dev.byname.query.Detour;
import dev.byname.query.Plugin;
import dev.byname.query.Request;
import dev.byname.query.Response;
import dev.byname.query.Step;
import dev.byname.rdata.Message;
import dev.byname.rdata.Rdata;
import dev.byname.rdata.Rdata.AddressRdata;
import dev.byname.rdata.Rdata.NameRdata;
import dev.byname.rdata.RecordType;
import dev.byname.rdata.ResourceRecord;
import dev.byname.wire.DomainName;
import dev.byname.wire.Header;
import dev.byname.wire.QueryView;
import dev.byname.wire.Rcode;
import dev.byname.wire.RecordTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers from a hosts file and from lines of the Corefile. */
final class Hosts implements Plugin, Detour {
  private static final Logger log = LoggerFactory.getLogger(Hosts.class);

  private final HostsConfig config;
  private final HostsObserver observer;
  private final ScheduledExecutorService scheduler;
  private final HostTable inline;
  private volatile HostTable file = HostTable.EMPTY;
  private volatile EntryNames exact = EntryNames.NONE;
  private volatile EntryNames wildcardParents = EntryNames.NONE;
  private @Nullable ScheduledFuture<?> look;

  // Of the file when it was last read. Used by the scheduler's one task after start.
  private @Nullable FileTime modified;
  private long sizeBytes;

  Hosts(HostsConfig config, HostsObserver observer, ScheduledExecutorService scheduler) {
    this.config = config;
    this.observer = observer;
    this.scheduler = scheduler;
    inline = HostTable.read(config.inline(), config);
    listNames();
  }

  private void listNames() {
    exact = new EntryNames(all(HostTable::exactNames));
    wildcardParents = new EntryNames(all(HostTable::wildcardParents));
  }

  private Set<DomainName> all(Function<HostTable, Stream<DomainName>> names) {
    return Stream.of(inline, file).flatMap(names).collect(Collectors.toSet());
  }

  /** Where all other names fall through, these alone keep a query from its precomputed answer. */
  @Override
  public boolean takes(QueryView query) {
    return exact.has(query, 0) || wildcardParents.has(query, 1);
  }

  @Override
  public String name() {
    return "hosts";
  }

  @Override
  public void start() {
    look();
    long period = config.reload().toNanos();
    if (period > 0) {
      look = scheduler.scheduleWithFixedDelay(this::look, period, period, TimeUnit.NANOSECONDS);
    }
  }

  /** A file that is gone or cannot be read leaves its last entries in force. */
  private void look() {
    try {
      var now = Files.readAttributes(config.file(), BasicFileAttributes.class);
      if (now.lastModifiedTime().equals(modified) && now.size() == sizeBytes) {
        return;
      }
      file = HostTable.read(Files.readString(config.file()), config);
      listNames();
      modified = now.lastModifiedTime();
      sizeBytes = now.size();
      observer.read(
          config.file().toString(),
          inline.entries() + file.entries(),
          now.lastModifiedTime().toMillis());
    } catch (IOException unreadable) {
      if (modified != null) {
        log.warn("{} cannot be read any more; its entries stay", config.file());
        modified = null;
      }
    }
  }

  @Override
  public Step handle(Request request, Chain chain) {
    DomainName name = request.question().name();
    RecordType type = request.question().type();
    if (request.question().queryClass() != RecordTypes.CLASS_IN) {
      return Step.next(request);
    }
    if (type.equals(RecordType.PTR)) {
      // The zones need not name the reverse ones, and an address we do not know may be another's.
      List<ResourceRecord> pointers = pointers(name);
      return pointers.isEmpty() ? Step.next(request) : Step.answer(answer(request, pointers));
    }
    if (!config.serves(name)) {
      return Step.next(request);
    }
    int wanted = type.equals(RecordType.A) ? 4 : type.equals(RecordType.AAAA) ? 16 : 0;
    if (wanted == 0 && config.fallThroughUnsupported() && config.fallsThrough(name)) {
      return Step.next(request);
    }
    List<byte[]> addresses = wanted == 0 ? List.of() : addresses(name, wanted);
    if (addresses.isEmpty() && !exists(name)) {
      // NXDOMAIN needs an SOA to say for how long, and a hosts file has none; as CoreDNS.
      return config.fallsThrough(name)
          ? Step.next(request)
          : Step.answer(new Response.Failure(Rcode.SERVFAIL, name + " is not among the hosts"));
    }
    return Step.answer(
        answer(
            request,
            addresses.stream()
                .map(address -> record(name, type, new AddressRdata(address)))
                .toList()));
  }

  private boolean exists(DomainName name) {
    return !addresses(name, 4).isEmpty() || !addresses(name, 16).isEmpty();
  }

  private List<byte[]> addresses(DomainName name, int addressBytes) {
    var all = new ArrayList<>(file.addresses(name, addressBytes));
    all.addAll(inline.addresses(name, addressBytes));
    return all;
  }

  private List<ResourceRecord> pointers(DomainName name) {
    var records = new ArrayList<ResourceRecord>();
    for (HostTable table : List.of(file, inline)) {
      List<DomainName> names = table.names(name);
      if (names != null) {
        names.forEach(
            target -> records.add(record(name, RecordType.PTR, new NameRdata(target, true))));
      }
    }
    return records;
  }

  private ResourceRecord record(DomainName owner, RecordType type, Rdata data) {
    return ResourceRecord.in(owner, type, config.ttlSeconds(), data);
  }

  private static Response answer(Request request, List<ResourceRecord> records) {
    return new Response.Reply(
        new Message(
            request.id(),
            Header.QR | Header.AA | (request.flags() & (Header.RD | Header.CD)),
            Rcode.NOERROR,
            request.question(),
            records,
            List.of(),
            List.of(),
            null));
  }

  @Override
  public void close() {
    if (look != null) {
      look.cancel(false);
    }
  }
}
