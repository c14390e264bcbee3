// SPDX-License-Identifier: GPL-2.0
/*
 * A simulated I2C adapter with one chip on it, for tests of drivers in user space.
 *
 * Unlike i2c-stub it has plain I2C transfers, so that I2C_RDWR works and the SMBus calls go through the kernel's emulation, as on the
 * bcm2835 of a Raspberry Pi. The chip is a file of 256 registers that acts like a BMP280: a forced measurement ends in sleep mode, and
 * writing 0xB6 to 0xE0 resets the control registers.
 *
 * Faults and observation, below /sys/kernel/debug/m2ag_i2c_sim:
 *   address     where the chip answers; everywhere else nobody does (ENXIO)
 *   fail_with   an errno that transfers fail with; 0: none
 *   fail_count  how many of them; 0 with fail_with set: all until it is cleared
 *   delay_us    how long a transfer takes
 *   transfers   how many there have been
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/module.h>

#define BMP280_RESET 0xE0
#define BMP280_CONTROL 0xF4
#define BMP280_CONFIG 0xF5

static u32 chip_address = 0x76;
static u32 fail_with;
static u32 fail_count;
static u32 delay_us;
static u32 transfers;

static u8 registers[256];
static u8 selected; /* the register that the next byte goes to or comes from */
static struct dentry *folder;

static void write_register(u8 reg, u8 value)
{
	if (reg == BMP280_RESET && value == 0xB6) {
		registers[BMP280_CONTROL] = 0;
		registers[BMP280_CONFIG] = 0;
		return;
	}
	/* Modes 01 and 10 measure once and fall back to sleep (00); 11 goes on. */
	if (reg == BMP280_CONTROL && (value & 3) != 3)
		value &= ~3;
	registers[reg] = value;
}

static void serve(struct i2c_msg *message)
{
	int i;

	if (message->flags & I2C_M_RD) {
		for (i = 0; i < message->len; i++)
			message->buf[i] = registers[selected++];
		return;
	}
	if (message->len > 0)
		selected = message->buf[0];
	for (i = 1; i < message->len; i++)
		write_register(selected++, message->buf[i]);
}

/* The errno of the fault that is due, or 0. The adapter's lock keeps transfers apart. */
static int due_fault(void)
{
	int error = fail_with;

	if (error && fail_count > 0 && --fail_count == 0)
		fail_with = 0;
	return error;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	int error, i;

	transfers++;
	if (delay_us)
		fsleep(delay_us);
	error = due_fault();
	if (error)
		return -error;
	for (i = 0; i < count; i++) {
		if (messages[i].addr != chip_address)
			return -ENXIO;
		serve(&messages[i]);
	}
	return count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC_SMBUS_QUICK);
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.algo = &algorithm,
	.name = "m2ag simulated adapter",
};

static int __init start(void)
{
	int error = i2c_add_adapter(&adapter);

	if (error)
		return error;
	folder = debugfs_create_dir("m2ag_i2c_sim", NULL);
	debugfs_create_x32("address", 0600, folder, &chip_address);
	debugfs_create_u32("fail_with", 0600, folder, &fail_with);
	debugfs_create_u32("fail_count", 0600, folder, &fail_count);
	debugfs_create_u32("delay_us", 0600, folder, &delay_us);
	debugfs_create_u32("transfers", 0600, folder, &transfers);
	return 0;
}

static void __exit stop(void)
{
	debugfs_remove_recursive(folder);
	i2c_del_adapter(&adapter);
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Simulated I2C adapter with one BMP280-like chip and injected faults");
