"""Black-box tests of the m2ag program: a private broker with mutual TLS, a host on simulated chips, an MQTT client that waits."""

from .broker import Broker, free_port
from .client import CALLBACKS, Client, Message
from .host import Host
from .process import Process
from .scenario import DEVICE, Scenario, main, simulated, topic

__all__ = ["CALLBACKS", "DEVICE", "Broker", "Client", "Host", "Message", "Process", "Scenario", "free_port", "main", "simulated", "topic"]
