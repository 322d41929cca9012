/**
 * Lets a server block answer only the queries that a condition holds for: split DNS.
 *
 * <pre>{@code
 * example.org {
 *   view office {
 *     expr incidr(client_ip(), '192.0.2.0/24') && type() in ['A', 'AAAA']
 *   }
 *   hosts {
 *     192.0.2.7 printer.example.org
 *   }
 * }
 *
 * example.org {
 *   forward . 198.51.100.53
 * }
 * }</pre>
 *
 * <p>Blocks for the same zone and port are tried from top to bottom; the first whose conditions all
 * hold answers, so the block without a view comes last. NAME becomes the {@code view} label of the
 * metrics.
 *
 * <p>Conditions are written in the part of the expr language that CoreDNS documents for {@code
 * view}:
 *
 * <ul>
 *   <li>texts in {@code 'single'}, {@code "double"} or {@code `back`} quotes, whole numbers, {@code
 *       true}, {@code false}, lists {@code ['A', 'AAAA']}
 *   <li>{@code == != < <= > >=}, {@code in}, {@code not in}, {@code matches}, {@code contains},
 *       {@code startsWith}, {@code endsWith}; {@code &&} or {@code and}, {@code ||} or {@code or},
 *       {@code !} or {@code not}; parentheses
 *   <li>of the query: {@code name() type() class() opcode() id() size() bufsize() do() proto()
 *       client_ip() port() server_ip() server_port()}; {@code metadata('plugin/label')}; {@code
 *       incidr(ip, cidr)}. Names are in lower case with a closing dot, ports and addresses are
 *       texts, IPv6 addresses without brackets.
 * </ul>
 *
 * <p>Everything else is refused when the configuration is read, and so is a comparison that could
 * never hold, such as {@code port() == 53}. A condition whose value cannot be had ({@code incidr}
 * of what is no address) does not hold. Every query of such a block goes through the plugins.
 */
@NullMarked
package dev.byname.plugin.view;

import org.jspecify.annotations.NullMarked;
