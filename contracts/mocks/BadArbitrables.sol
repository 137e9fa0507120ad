// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IArbitrator} from "../interfaces/IArbitrator.sol";

/// @title Asks for a ruling and takes it, or, as it is told, refuses it, burns its gas, answers with half a megabyte,
/// or calls the arbitrator back. For tests alone.
contract BadArbitrable {
    enum Manner {
        Takes,
        Refuses,
        BurnsGas,
        AnswersAtLength,
        CallsBack
    }

    Manner public manner;
    uint256 public rulings;
    uint256 public lastRuling;
    bool public calledBack;

    function setManner(Manner manner_) external {
        manner = manner_;
    }

    function ask(IArbitrator arbitrator, uint256 choices) external payable returns (uint256) {
        return arbitrator.createDispute{value: msg.value}(choices, "");
    }

    function rule(uint256 number, uint256 ruling) external {
        if (manner == Manner.Refuses) revert("no ruling for me");
        if (manner == Manner.BurnsGas) {
            assembly {
                invalid()
            }
        }
        if (manner == Manner.AnswersAtLength) {
            assembly {
                revert(0, 500000)
            }
        }
        if (manner == Manner.CallsBack) {
            (calledBack,) = msg.sender.call(abi.encodeWithSignature("execute(uint256)", number));
        }
        ++rulings;
        lastRuling = ruling;
    }
}
