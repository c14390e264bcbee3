// The four levels of the log; their words are those of the topic `log/<level>`.
#pragma once

namespace m2ag {

enum class LogLevel { debug, info, warning, error };

}  // namespace m2ag
