// What the host is measured against: the barest client that does the same on the wire. Paho MQTTAsync, MQTT 5, TLS with a client
// certificate, TCP_NODELAY; each message on <topic>/set is published as a retained QoS 1 message on <topic>. Ends with SIGTERM.
#include <MQTTAsync.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>

#include "core/broker_url.h"
#include "mqtt/tcp_nodelay.h"

namespace {

struct Echo {
  std::string url, topic, ca, cert, key;
  MQTTAsync client = nullptr;
};

int on_message(void* context, char* topic, int, MQTTAsync_message* message) {
  auto& echo = *static_cast<Echo*>(context);
  std::string_view state(topic);
  state.remove_suffix(std::strlen("/set"));
  MQTTAsync_message out = MQTTAsync_message_initializer;
  out.payload = message->payload;
  out.payloadlen = message->payloadlen;
  out.qos = 1;
  out.retained = 1;
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  if (MQTTAsync_sendMessage(echo.client, std::string(state).c_str(), &out, &options) != MQTTASYNC_SUCCESS)
    fmt::print(stderr, "not sent\n");
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;
}

void on_subscribed(void*, MQTTAsync_successData5*) {
  fmt::print("ready\n");
  std::fflush(stdout);
}

void on_connected(void* context, MQTTAsync_successData5*) {
  auto& echo = *static_cast<Echo*>(context);
  std::string address = echo.url;
  m2ag::host::set_tcp_nodelay(m2ag::host::parse_broker_url(address).port);
  MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
  options.onSuccess5 = on_subscribed;
  options.context = context;
  MQTTAsync_subscribe(echo.client, (echo.topic + "/set").c_str(), 1, &options);
}

void on_failed(void*, MQTTAsync_failureData5* data) {
  fmt::print(stderr, "no connection: {}\n", data && data->message ? data->message : "unknown reason");
  std::exit(2);
}

int serve(Echo& echo) {
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
  MQTTAsync_createOptions create = MQTTAsync_createOptions_initializer5;
  create.maxBufferedMessages = 100'000;
  std::string uri = echo.url;
  uri.replace(0, std::strlen("mqtts"), "ssl");
  if (MQTTAsync_createWithOptions(&echo.client, uri.c_str(), "bench-echo", MQTTCLIENT_PERSISTENCE_NONE, nullptr,
                                  &create) != MQTTASYNC_SUCCESS)
    return 2;
  MQTTAsync_setCallbacks(echo.client, &echo, nullptr, on_message, nullptr);
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  tls.trustStore = echo.ca.c_str();
  tls.keyStore = echo.cert.c_str();
  tls.privateKey = echo.key.c_str();
  tls.verify = 1;
  MQTTAsync_connectOptions connect = MQTTAsync_connectOptions_initializer5;
  connect.cleanstart = 1;
  connect.keepAliveInterval = 30;
  connect.maxInflight = 65'535;
  connect.ssl = &tls;
  connect.context = &echo;
  connect.onSuccess5 = on_connected;
  connect.onFailure5 = on_failed;
  if (MQTTAsync_connect(echo.client, &connect) != MQTTASYNC_SUCCESS) return 2;

  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  int signal = 0;
  sigwait(&end, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Blocked before Paho starts its threads, so that they inherit it and sigwait gets it.
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);
  Echo echo;
  CLI::App app("Echo client, the bench's comparison");
  app.add_option("--url", echo.url, "mqtts://localhost:8883")->required();
  app.add_option("--topic", echo.topic, "m2ag/bench/dial/value; may hold wildcards")->required();
  app.add_option("--ca", echo.ca)->required();
  app.add_option("--cert", echo.cert)->required();
  app.add_option("--key", echo.key)->required();
  CLI11_PARSE(app, argc, argv);
  return serve(echo);
}
