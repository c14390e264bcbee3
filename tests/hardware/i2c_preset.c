// i2c_preset DEVICE ADDRESS REGISTER=VALUE[,VALUE…]…
// Writes a chip's registers through SMBus byte writes, several in a row from REGISTER on: how i2c-stub gets its contents.
// Numbers as in C: 0x76. Static and small, for the virtual machine's initramfs.
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static int write_byte(int bus, uint8_t reg, uint8_t value) {
  union i2c_smbus_data data = {.byte = value};
  struct i2c_smbus_ioctl_data call = {
      .read_write = I2C_SMBUS_WRITE, .command = reg, .size = I2C_SMBUS_BYTE_DATA, .data = &data};
  return ioctl(bus, I2C_SMBUS, &call);
}

static int preset(int bus, const char* argument) {
  char* at = NULL;
  unsigned long reg = strtoul(argument, &at, 0);
  if (*at != '=') {
    fprintf(stderr, "i2c_preset: %s: expected REGISTER=VALUE[,VALUE...]\n", argument);
    return -1;
  }
  while (*at == '=' || *at == ',') {
    const unsigned long value = strtoul(at + 1, &at, 0);
    if (write_byte(bus, (uint8_t)reg++, (uint8_t)value) != 0) {
      perror("i2c_preset: writing");
      return -1;
    }
  }
  return 0;
}

int main(int count, char** arguments) {
  if (count < 4) {
    fputs("usage: i2c_preset DEVICE ADDRESS REGISTER=VALUE[,VALUE...]...\n", stderr);
    return 2;
  }
  const int bus = open(arguments[1], O_RDWR);
  if (bus < 0 || ioctl(bus, I2C_SLAVE, strtoul(arguments[2], NULL, 0)) != 0) {
    perror(arguments[1]);
    return 1;
  }
  for (int i = 3; i < count; ++i) {
    if (preset(bus, arguments[i]) != 0) return 1;
  }
  return 0;
}
