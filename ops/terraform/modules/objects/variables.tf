variable "name" {
  type        = string
  description = "Of the bucket, in all the world"
}

variable "key_arn" {
  type        = string
  description = "The key that seals what is kept"
}

variable "dumps_days" {
  type        = number
  description = "For how long dumps are kept"
}
