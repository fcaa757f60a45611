from rentbook.kernel.modules import ModuleConfig


class MessagingConfig(ModuleConfig):
    name = "modules.messaging"
    verbose_name = "Messaging"
    version = "0.1.0"
    summary = "Queues what people should be told and sends it once."
