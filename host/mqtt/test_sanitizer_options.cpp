// For tests under AddressSanitizer, which asks the program for these by name.
// Paho 1.3.12 loses topic and payload of the messages that its send thread had not written yet when their handle is destroyed
// (MQTTAsync_destroy clears the pointers before it frees the commands): at most an outbound window for each connection that breaks in a
// burst. Only what MQTTAsync_send allocated is passed over; to see that function in the stack the slow unwinder is needed, since the
// library has no frame pointers.

extern "C" {

__attribute__((visibility("default"))) const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }
__attribute__((visibility("default"))) const char* __lsan_default_suppressions() { return "leak:MQTTAsync_send\n"; }
__attribute__((visibility("default"))) const char* __lsan_default_options() { return "print_suppressions=0"; }
}
