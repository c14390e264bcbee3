// The plugin catalog as the descriptor's reader wants to see it.
#pragma once

#include <memory>

#include "config/types.h"
#include "plugin/catalog.h"

namespace m2ag::host {

class CatalogTypes final : public Types {
 public:
  explicit CatalogTypes(std::shared_ptr<const Catalog> catalog) : catalog_(std::move(catalog)) {}
  const ComponentSpec* find_type(std::string_view type) const override { return catalog_->find_type(type); }
  const SimulatedChipSpec* find_chip(std::string_view chip) const override { return catalog_->find_chip(chip); }
  std::string unknown_type(std::string_view type) const override { return catalog_->unknown_type(type); }
  std::string unknown_chip(std::string_view chip) const override { return catalog_->unknown_chip(chip); }

 private:
  std::shared_ptr<const Catalog> catalog_;
};

}  // namespace m2ag::host
