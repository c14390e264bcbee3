// For tests under AddressSanitizer, which asks the program for these by name.
// Paho 1.3.12 loses commands that its threads had not carried out when their handle is destroyed: topics and payloads that its send thread had not
// written yet (MQTTAsync_destroy clears the pointers before it frees them), and entries of its lists of subscriptions. At most an outbound
// window for each connection that breaks in a burst, which these tests make on purpose. Some of it is allocated on its own threads, with no
// function of ours in the stack, so all that the library allocates is passed over; that what it hands over is freed, client_test.cpp looks at
// on its own. To see the library in a stack the slow unwinder is needed, since it has no frame pointers.

extern "C" {

__attribute__((visibility("default"))) const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }
__attribute__((visibility("default"))) const char* __lsan_default_suppressions() { return "leak:libpaho-mqtt3as\n"; }
__attribute__((visibility("default"))) const char* __lsan_default_options() { return "print_suppressions=0"; }
}
