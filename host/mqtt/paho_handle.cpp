#include "mqtt/paho_handle.h"

#include <MQTTAsync.h>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "mqtt/paho_properties.h"

namespace m2ag::host {
namespace {

// Paho frees its global state when the last handle goes, and lets go of its mutex meanwhile: a handle made in that moment would use freed lists.
std::mutex& handle_count_mutex() {
  static std::mutex mutex;
  return mutex;
}

PahoEvents& events_of(void* context) { return *static_cast<PahoEvents*>(context); }
const Outbound::Entry& entry_of(void* context) { return *static_cast<Outbound::Entry*>(context); }
PahoEvents& events_of_entry(void* context) { return events_of(entry_of(context).owner); }

void on_connected(void* context, MQTTAsync_successData* data) {
  events_of(context).connected({.session_present = data->alt.connect.sessionPresent != 0});
}

void on_connected5(void* context, MQTTAsync_successData5* data) {
  MqttConnected result{.session_present = data->alt.connect.sessionPresent != 0};
  if (const auto limit = number_property(data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM)) {
    result.receive_maximum = static_cast<std::uint16_t>(*limit);
  }
  if (const auto limit = number_property(data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE))
    result.maximum_packet = *limit;
  events_of(context).connected(result);
}

void on_connect_failed(void* context, MQTTAsync_failureData* data) {
  events_of(context).connect_failed(data ? data->code : MQTTASYNC_FAILURE, data && data->message ? data->message : "");
}

void on_connect_failed5(void* context, MQTTAsync_failureData5* data) {
  // reasonCode is not set on every path of Paho 1.3.12; code is, and holds the CONNACK's.
  events_of(context).connect_failed(data ? data->code : MQTTASYNC_FAILURE, data && data->message ? data->message : "");
}

void on_connection_lost(void* context, char*) { events_of(context).connection_lost(""); }

// After a DISCONNECT from the broker Paho calls this alone, not connection lost.
void on_broker_disconnected(void* context, MQTTProperties*, enum MQTTReasonCodes reason) {
  const char* text = MQTTReasonCode_toString(reason);
  events_of(context).connection_lost(reason == MQTTREASONCODE_SESSION_TAKEN_OVER
                                         ? "another client has connected with the same client id"
                                     : text ? text
                                            : "the broker ended it");
}

int on_tls_error(const char* text, size_t length, void* context) {
  events_of(context).tls_error(std::string_view(text, length));
  return 1;
}

int on_arrived(void* context, char* topic, int topic_length, MQTTAsync_message* message) {
  MqttMessage incoming;
  incoming.arrival = std::chrono::steady_clock::now();
  // Paho gives the length only for a topic with a NUL in it.
  incoming.topic =
      topic_length > 0 ? std::string_view(topic, static_cast<std::size_t>(topic_length)) : std::string_view(topic);
  incoming.payload_size = static_cast<std::size_t>(std::max(message->payloadlen, 0));
  incoming.payload = std::string_view(static_cast<const char*>(message->payload), incoming.payload_size);
  incoming.qos = message->qos;
  incoming.retained = message->retained != 0;
  incoming.duplicate = message->dup != 0;
  incoming.expiry_seconds = number_property(message->properties, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL);
  incoming.response_topic = text_property(message->properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
  incoming.correlation_data = text_property(message->properties, MQTTPROPERTY_CODE_CORRELATION_DATA);
  incoming.time = time_property(message->properties);
  events_of(context).arrived(incoming);
  MQTTAsync_freeMessage(&message);
  MQTTAsync_free(topic);
  return 1;
}

void on_delivered(void* context, MQTTAsync_successData*) { events_of_entry(context).delivered(entry_of(context)); }
void on_delivered5(void* context, MQTTAsync_successData5*) { events_of_entry(context).delivered(entry_of(context)); }
void on_not_delivered(void* context, MQTTAsync_failureData*) {
  events_of_entry(context).not_delivered(entry_of(context), "");
}

void on_not_delivered5(void* context, MQTTAsync_failureData5* data) {
  // Paho leaves reasonCode unset together with a code of its own, which is negative.
  const bool refused = data && data->code >= 0 && data->reasonCode >= MQTTREASONCODE_UNSPECIFIED_ERROR;
  const char* text = refused ? MQTTReasonCode_toString(data->reasonCode) : nullptr;
  events_of_entry(context).not_delivered(entry_of(context), refused ? (text ? text : "refused") : "");
}

const PahoEvents::SubscribeBatch& batch_of(void* context) { return *static_cast<PahoEvents::SubscribeBatch*>(context); }

void report_subscribed(void* context, std::span<const int> codes) {
  const auto& batch = batch_of(context);
  batch.owner->subscribed(batch, codes);
}

void on_subscribed(void* context, MQTTAsync_successData* data) {
  const auto count = batch_of(context).subscriptions.size();
  report_subscribed(
      context, count == 1 ? std::span<const int>(&data->alt.qos, 1) : std::span<const int>(data->alt.qosList, count));
}

void on_subscribed5(void* context, MQTTAsync_successData5* data) {
  std::vector<int> codes;
  if (data->alt.sub.reasonCodeCount > 1) {
    codes.assign(data->alt.sub.reasonCodes, data->alt.sub.reasonCodes + data->alt.sub.reasonCodeCount);
  } else {
    codes.push_back(data->reasonCode);
  }
  report_subscribed(context, codes);
}

void on_not_subscribed(void* context, MQTTAsync_failureData* data) {
  const int code = data ? data->code : 0;
  report_subscribed(context, code >= MQTT_BAD_SUBSCRIBE ? std::span<const int>(&code, 1) : std::span<const int>());
}

void on_not_subscribed5(void* context, MQTTAsync_failureData5* data) {
  const bool refused = data && data->code >= 0 && data->reasonCode >= MQTTREASONCODE_UNSPECIFIED_ERROR;
  const int code = refused ? data->reasonCode : 0;
  report_subscribed(context, refused ? std::span<const int>(&code, 1) : std::span<const int>());
}

void on_unsubscribed(void* context, MQTTAsync_successData*) {
  batch_of(context).owner->unsubscribed(batch_of(context));
}
void on_unsubscribed5(void* context, MQTTAsync_successData5*) {
  batch_of(context).owner->unsubscribed(batch_of(context));
}

void on_disconnected(void* context, MQTTAsync_successData*) { events_of(context).disconnected(); }
void on_disconnected5(void* context, MQTTAsync_successData5*) { events_of(context).disconnected(); }

std::string error_text(int code) {
  const char* text = MQTTAsync_strerror(code);
  return fmt::format("{} ({})", text ? text : "unknown error", code);
}

// Without one OpenSSL asks for it on the terminal, switches its echo off and waits there for ever; an encrypted key is refused instead.
constexpr const char* kNoPassphrase = "m2ag takes no key that is encrypted with a passphrase";

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

// A broker ends the connection for each of these, and would again after every reconnect.
std::string publish_problem(const PublishRequest& request, std::uint32_t maximum_packet) {
  const auto is_topic = [](std::string_view topic) {
    return topic.size() <= 65'535 && topic.find_first_of(std::string_view("+#\0", 3)) == std::string_view::npos;
  };
  if (request.topic.empty() || !is_topic(request.topic))
    return fmt::format("\"{}\" is no topic to publish on", request.topic.substr(0, 100));
  if (!is_topic(request.response_topic))
    return fmt::format("\"{}\" is no response topic", request.response_topic.substr(0, 100));
  if (request.correlation_data.size() > 65'535) return "the correlation data is longer than 65535 bytes";
  constexpr std::size_t kRest = 96;  // header, lengths and the properties of fixed size
  const auto size = request.topic.size() + request.payload.size() + request.response_topic.size() +
                    request.correlation_data.size() + kRest;
  if (size > maximum_packet)
    return fmt::format("message on \"{}\": {} bytes are more than the broker's limit of {}", request.topic, size,
                       maximum_packet);
  return {};
}

MQTTSubscribe_options options_of(const Subscription& subscription) {
  MQTTSubscribe_options options = MQTTSubscribe_options_initializer;
  options.noLocal = subscription.no_local;
  options.retainAsPublished = subscription.retain_as_published;
  options.retainHandling = static_cast<unsigned char>(subscription.retained);
  return options;
}

}  // namespace

PahoHandle::PahoHandle(const MqttSettings& settings, MqttVersion version, PahoEvents& events)
    : settings_(settings), broker_(parse_broker_url(settings.url)), version_(version), events_(events) {
  const bool v5 = version == MqttVersion::v5;
  MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer;
  options.MQTTVersion = v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
  options.sendWhileDisconnected = 0;
  // The window and the QoS 0 limit of our own queue are the limits; this one is never to be reached.
  options.maxBufferedMessages = static_cast<int>(settings.outbound_window + settings.queue_limit + 100);
  const bool ipv6 = broker_.host.find(':') != std::string::npos;
  const auto uri = fmt::format("{}://{}{}{}:{}", broker_.tls ? "ssl" : "tcp", ipv6 ? "[" : "", broker_.host,
                               ipv6 ? "]" : "", broker_.port);
  const std::lock_guard lock(handle_count_mutex());
  // At any other level Paho formats every packet for a trace nobody reads: a quarter of its receive time.
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
  created_ = MQTTAsync_createWithOptions(&handle_, uri.c_str(), settings.client_id.c_str(), MQTTCLIENT_PERSISTENCE_NONE,
                                         nullptr, &options);
  if (created_ != MQTTASYNC_SUCCESS) return;
  MQTTAsync_setCallbacks(handle_, &events_, on_connection_lost, on_arrived, nullptr);
  if (v5) MQTTAsync_setDisconnected(handle_, &events_, on_broker_disconnected);
}

PahoHandle::~PahoHandle() {
  const std::lock_guard lock(handle_count_mutex());
  if (handle_) MQTTAsync_destroy(&handle_);
}

std::string PahoHandle::connect() {
  if (created_ != MQTTASYNC_SUCCESS)
    return fmt::format("client id \"{}\": {}", settings_.client_id, error_text(created_));
  const bool v5 = version_ == MqttVersion::v5;
  MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;
  Properties properties;
  if (v5) {
    options = MQTTAsync_connectOptions_initializer5;
    options.cleanstart = settings_.clean_start;
    options.onSuccess5 = on_connected5;
    options.onFailure5 = on_connect_failed5;
    if (settings_.session_expiry.count() > 0) {
      properties.add_number(MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL,
                            static_cast<std::uint32_t>(settings_.session_expiry.count()));
    }
    if (settings_.receive_maximum > 0)
      properties.add_short(MQTTPROPERTY_CODE_RECEIVE_MAXIMUM, settings_.receive_maximum);
    if (settings_.maximum_packet > 0)
      properties.add_number(MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, settings_.maximum_packet);
    options.connectProperties = properties.get();
  } else {
    options.cleansession = settings_.clean_start;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    options.onSuccess = on_connected;
    options.onFailure = on_connect_failed;
  }
  options.context = &events_;
  options.keepAliveInterval = static_cast<int>(settings_.keep_alive.count());
  options.connectTimeout = static_cast<int>(
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(settings_.connect_timeout).count(), 1));
  options.username = text_or_null(settings_.username);
  if (!settings_.password.empty()) {
    options.binarypwd.len = static_cast<int>(settings_.password.size());
    options.binarypwd.data = settings_.password.data();
  }

  MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
  if (settings_.will) {
    will.topicName = settings_.will->topic.c_str();
    will.payload.len = static_cast<int>(settings_.will->payload.size());
    will.payload.data = settings_.will->payload.data();
    will.qos = settings_.will->qos;
    will.retained = settings_.will->retain;
    options.will = &will;
  }

  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  if (broker_.tls) {
    tls.trustStore = text_or_null(settings_.ca.native());
    tls.keyStore = text_or_null(settings_.cert.native());
    tls.privateKey = text_or_null(settings_.key.native());
    tls.privateKeyPassword = kNoPassphrase;
    tls.enableServerCertAuth = 1;
    tls.verify = settings_.verify_host;
    tls.disableDefaultTrustStore = !settings_.ca.empty();
    tls.ssl_error_cb = on_tls_error;
    tls.ssl_error_context = &events_;
    options.ssl = &tls;
  }
  const int code = MQTTAsync_connect(handle_, &options);
  return code == MQTTASYNC_SUCCESS ? std::string() : error_text(code);
}

bool PahoHandle::disconnect() {
  const bool v5 = version_ == MqttVersion::v5;
  MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer;
  if (v5) {
    options = MQTTAsync_disconnectOptions_initializer5;
    options.onSuccess5 = on_disconnected5;
  } else {
    options.onSuccess = on_disconnected;
  }
  options.context = &events_;
  options.timeout = 0;
  return MQTTAsync_disconnect(handle_, &options) == MQTTASYNC_SUCCESS;
}

PahoHandle::Handed PahoHandle::publish(const Outbound::Entry& entry, std::uint32_t maximum_packet,
                                       std::string& problem) {
  const bool v5 = version_ == MqttVersion::v5;
  const PublishRequest& request = entry.request;
  problem = publish_problem(request, maximum_packet);
  if (!problem.empty()) return Handed::never;
  MQTTAsync_message message = MQTTAsync_message_initializer;
  message.payloadlen = static_cast<int>(request.payload.size());
  // Paho only reads it; its structure serves incoming messages too.
  message.payload = const_cast<char*>(request.payload.data());
  message.qos = request.qos;
  message.retained = request.retain;

  Properties properties;
  if (v5 && request.expiry_seconds) {
    const auto waited =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - entry.accepted).count();
    const auto left = std::max<std::int64_t>(std::int64_t{*request.expiry_seconds} - waited, 0);
    properties.add_number(MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL, static_cast<std::uint32_t>(left));
  }
  if (v5 && request.time) {
    const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(*request.time).time_since_epoch().count();
    properties.add_pair("time", std::to_string(since_1970));
  }
  if (v5 && !request.response_topic.empty())
    properties.add_text(MQTTPROPERTY_CODE_RESPONSE_TOPIC, request.response_topic);
  if (v5 && !request.correlation_data.empty())
    properties.add_text(MQTTPROPERTY_CODE_CORRELATION_DATA, request.correlation_data);
  message.properties = *properties.get();

  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  response.context = const_cast<Outbound::Entry*>(&entry);
  if (v5) {
    response.onSuccess5 = on_delivered5;
    response.onFailure5 = on_not_delivered5;
  } else {
    response.onSuccess = on_delivered;
    response.onFailure = on_not_delivered;
  }
  const int code = MQTTAsync_sendMessage(handle_, request.topic.c_str(), &message, &response);
  if (code == MQTTASYNC_SUCCESS) return Handed::yes;
  if (code == MQTTASYNC_DISCONNECTED) return Handed::offline;
  problem = fmt::format("message on \"{}\": {}", request.topic, error_text(code));
  return Handed::never;
}

bool PahoHandle::subscribe(const PahoEvents::SubscribeBatch& batch) {
  std::vector<char*> filters;
  std::vector<int> qos;
  std::vector<MQTTSubscribe_options> options;
  for (const auto& subscription : batch.subscriptions) {
    filters.push_back(const_cast<char*>(subscription.filter.c_str()));
    qos.push_back(subscription.qos);
    options.push_back(options_of(subscription));
  }
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  response.context = const_cast<PahoEvents::SubscribeBatch*>(&batch);
  if (version_ == MqttVersion::v5) {
    response.onSuccess5 = on_subscribed5;
    response.onFailure5 = on_not_subscribed5;
    // Paho takes the single options for one filter and the list, of the same length, for several.
    response.subscribeOptions = options.front();
    if (options.size() > 1) {
      response.subscribeOptionsCount = static_cast<int>(options.size());
      response.subscribeOptionsList = options.data();
    }
  } else {
    response.onSuccess = on_subscribed;
    response.onFailure = on_not_subscribed;
  }
  return MQTTAsync_subscribeMany(handle_, static_cast<int>(filters.size()), filters.data(), qos.data(), &response) ==
         MQTTASYNC_SUCCESS;
}

bool PahoHandle::unsubscribe(const PahoEvents::SubscribeBatch& batch) {
  std::vector<char*> names;
  for (const auto& subscription : batch.subscriptions) names.push_back(const_cast<char*>(subscription.filter.c_str()));
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
  response.context = const_cast<PahoEvents::SubscribeBatch*>(&batch);
  if (version_ == MqttVersion::v5) {
    response.onSuccess5 = on_unsubscribed5;
  } else {
    response.onSuccess = on_unsubscribed;
  }
  return MQTTAsync_unsubscribeMany(handle_, static_cast<int>(names.size()), names.data(), &response) ==
         MQTTASYNC_SUCCESS;
}

}  // namespace m2ag::host
