#include "mqtt_wire.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace bench {
namespace {

// Packet types, MQTT 5 §2.1.2.
constexpr unsigned char kConnect = 0x10, kConnack = 0x20, kPublish = 0x30, kPuback = 0x40, kSubscribe = 0x82,
                        kSuback = 0x90;
constexpr std::chrono::seconds kPatience{10};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("load: " + what); }

void append16(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8U);
  out += static_cast<char>(number & 0xFFU);
}

void append_text(std::string& out, std::string_view text) {
  append16(out, text.size());
  out += text;
}

std::size_t read16(std::string_view text) {
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8U | static_cast<unsigned char>(text[1]);
}

/// MQTT 5 §1.5.5.
void append_length(std::string& out, std::size_t length) {
  do {
    const auto low = static_cast<unsigned char>(length % 128);
    length /= 128;
    out += static_cast<char>(length > 0 ? low | 0x80U : low);
  } while (length > 0);
}

/// False when the number is not complete yet.
bool read_length(std::string_view text, std::size_t& position, std::size_t& length) {
  length = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    if (position >= text.size()) return false;
    const auto byte = static_cast<unsigned char>(text[position++]);
    length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return true;
  }
  fail("malformed length");
}

void append_packet(std::string& out, unsigned char type, std::string_view body) {
  out += static_cast<char>(type);
  append_length(out, body.size());
  out += body;
}

}  // namespace

MqttWire::MqttWire(const WireOptions& options, OnMessage on_message)
    : on_message_(std::move(on_message)),
      context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
      ssl_(nullptr, SSL_free) {
  connect_tls(options);
  std::string body;
  append_text(body, "MQTT");
  body += '\5';       // protocol version
  body += '\2';       // clean start
  append16(body, 0);  // no keep-alive
  body += '\0';       // no properties: Receive Maximum is 65535
  append_text(body, options.client_id);
  append_packet(out_, kConnect, body);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!connected_ && std::chrono::steady_clock::now() < deadline) serve(deadline);
  if (!connected_) fail("the broker did not answer");
}

MqttWire::~MqttWire() {
  if (socket_ >= 0) close(socket_);
}

void MqttWire::connect_tls(const WireOptions& options) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context_.get(), options.ca.c_str(), nullptr) != 1)
    fail("cannot read " + options.ca);
  if (SSL_CTX_use_certificate_chain_file(context_.get(), options.cert.c_str()) != 1)
    fail("cannot read " + options.cert);
  if (SSL_CTX_use_PrivateKey_file(context_.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1)
    fail("cannot read " + options.key);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(options.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("the broker does not accept");
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_);
  if (SSL_connect(ssl_.get()) != 1) fail("TLS handshake failed");
  BIO_socket_nbio(socket_, 1);
}

void MqttWire::subscribe(const std::string& filter, int qos) {
  std::string body;
  append16(body, next_id_++);
  body += '\0';
  append_text(body, filter);
  body += static_cast<char>(qos | 0x20);  // retain handling 2: nothing that lies there already
  append_packet(out_, kSubscribe, body);
  granted_ = false;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!granted_ && std::chrono::steady_clock::now() < deadline) serve(deadline);
  if (!granted_) fail("the broker did not grant " + filter);
}

void MqttWire::publish(std::string_view topic, std::string_view payload, std::int64_t time) {
  std::string properties;
  if (time != 0) {
    properties += '\x26';  // §3.3.2.3.7 user property
    append_text(properties, "time");
    append_text(properties, std::to_string(time));
  }
  out_ += static_cast<char>(kPublish | 0x02U);  // QoS 1
  append_length(out_, 2 + topic.size() + 2 + 1 + properties.size() + payload.size());
  append_text(out_, topic);
  append16(out_, next_id_);
  if (++next_id_ == 0) next_id_ = 1;
  append_length(out_, properties.size());
  out_ += properties;
  out_ += payload;
}

void MqttWire::flush() {
  while (!out_.empty()) {
    const int written = SSL_write(ssl_.get(), out_.data(), static_cast<int>(out_.size()));
    if (written <= 0) {
      if (SSL_get_error(ssl_.get(), written) == SSL_ERROR_WANT_WRITE) return;
      fail("the broker closed the connection");
    }
    out_.erase(0, static_cast<std::size_t>(written));
  }
}

void MqttWire::wait(Time until, bool write) {
  const auto left =
      std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(until - std::chrono::steady_clock::now()));
  const timespec time{static_cast<time_t>(left.count() / 1'000'000'000),
                      static_cast<long>(left.count() % 1'000'000'000)};
  pollfd poll_socket{socket_, static_cast<short>(write ? POLLIN | POLLOUT : POLLIN), 0};
  ppoll(&poll_socket, 1, &time, nullptr);
}

void MqttWire::serve(Time until) {
  flush();
  if (SSL_pending(ssl_.get()) == 0) wait(until, !out_.empty());
  receive();
  parse();
  flush();
}

void MqttWire::receive() {
  char buffer[16384];
  for (;;) {
    const int got = SSL_read(ssl_.get(), buffer, sizeof buffer);
    if (got > 0) {
      in_.append(buffer, static_cast<std::size_t>(got));
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), got);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    fail("the broker closed the connection");
  }
}

void MqttWire::parse() {
  std::size_t done = 0;
  for (;;) {
    std::size_t position = done + 1, length = 0;
    if (position >= in_.size() || !read_length(in_, position, length) || in_.size() - position < length) break;
    handle(static_cast<unsigned char>(in_[done]), std::string_view(in_).substr(position, length));
    done = position + length;
  }
  in_.erase(0, done);
}

void MqttWire::handle(unsigned char type, std::string_view body) {
  switch (type & 0xF0U) {
    case kConnack & 0xF0U:
      if (body.size() < 2 || body[1] != 0) fail("the broker refused the connection");
      connected_ = true;
      break;
    case kSuback & 0xF0U:
      if (body.empty() || static_cast<unsigned char>(body.back()) > 2) fail("the broker refused the subscription");
      granted_ = true;
      break;
    case kPublish & 0xF0U: handle_publish(type & 0x0FU, body); break;
    case kPuback & 0xF0U: ++acknowledged_; break;
    default: break;
  }
}

void MqttWire::handle_publish(unsigned char flags, std::string_view body) {
  const std::size_t topic_length = read16(body);
  const std::string_view topic = body.substr(2, topic_length);
  std::size_t position = 2 + topic_length;
  if ((flags & 0x06U) != 0) {
    append_packet(out_, kPuback, body.substr(position, 2));
    position += 2;
  }
  std::size_t properties = 0;
  read_length(body, position, properties);
  on_message_(topic, body.substr(position + properties));
}

}  // namespace bench
